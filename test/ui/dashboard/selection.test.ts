import { describe, expect, test } from "vitest"

import { followNewest, moveSelection, windowOf } from "../../../src/ui/dashboard/selection.ts"

const ids = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, index) => from + index)

describe("the window of a list", () => {
  test("shows the newest entries while they are followed", () => {
    expect(windowOf(followNewest, ids(1, 10), 4)).toEqual({ start: 6, end: 10, index: 9 })
    expect(windowOf(followNewest, ids(1, 2), 4)).toEqual({ start: 0, end: 2, index: 1 })
    expect(windowOf(followNewest, [], 4)).toEqual({ start: 0, end: 0, index: -1 })
  })

  test("stands still under a chosen entry while newer ones come and the oldest go", () => {
    const selection = moveSelection(followNewest, "up", { ids: ids(1, 10), rows: 4 })

    expect(windowOf(selection, ids(1, 10), 4)).toEqual({ start: 6, end: 10, index: 8 })
    expect(windowOf(selection, ids(1, 50), 4)).toEqual({ start: 6, end: 10, index: 8 })
    expect(windowOf(selection, ids(5, 50), 4)).toEqual({ start: 2, end: 6, index: 4 })
  })

  test("goes on at the next younger entry when the chosen one was dropped or is filtered out", () => {
    expect(windowOf({ id: 3, row: 0 }, ids(20, 30), 4)).toMatchObject({ start: 0, index: 0 })
    expect(windowOf({ id: 25, row: 0 }, [10, 12], 4)).toMatchObject({ index: 1 })
  })

  test("moves only when the chosen entry would leave it", () => {
    const list = { ids: ids(1, 10), rows: 4 }
    const up = (times: number): ReturnType<typeof windowOf> => {
      let selection = followNewest
      for (let count = 0; count < times; count += 1) selection = moveSelection(selection, "up", list)
      return windowOf(selection, list.ids, list.rows)
    }

    expect(up(3)).toEqual({ start: 6, end: 10, index: 6 })
    expect(up(4)).toEqual({ start: 5, end: 9, index: 5 })
  })
})
