import { describe, expect, test } from "vitest"

import { advanceWindow, replaceWindow } from "../../../src/daemon/realtime/window.ts"
import type { LiveRow, LiveWindow, WindowReads } from "../../../src/daemon/realtime/window.ts"
import { windowDelta } from "../../../src/daemon/realtime/window-delta.ts"
import type { SortKey } from "../../../src/daemon/records/order.ts"
import { parseSchema } from "../../../src/schema/parse.ts"

const { schema } = parseSchema(
  "collections:\n  n:\n    fields:\n      id: { type: int, primary: true }\n      at: { type: int, nullable: true }\n",
  "schema.yaml",
)
const fields = schema!.collections.get("n")!.fields
const keys: readonly SortKey[] = [
  { field: fields.get("at")!, descending: true },
  { field: fields.get("id")!, descending: true },
]

function row(id: number, at: number | null): LiveRow {
  return { id, sort: [at, id], links: [], doc: `{"id":${id},"at":${at}}` }
}

function windowOf(rows: readonly LiveRow[], total = rows.length): LiveWindow {
  return replaceWindow({ entries: [], total: 0 }, rows, total).window
}

/** Reads that answer what they are given, and note what they were asked. */
function reads(now: readonly LiveRow[], next: readonly LiveRow[] = []): WindowReads & { readonly asked: string[] } {
  const asked: string[] = []
  return {
    asked,
    byIds: (ids) => now.filter(({ id }) => ids.includes(id)),
    after(sort, count) {
      asked.push(`after ${JSON.stringify(sort)} ${count}`)
      return next.slice(0, count)
    },
    countBefore(rows) {
      asked.push(`before ${rows.length}`)
      return rows.length
    },
    total() {
      asked.push("total")
      return 99
    },
  }
}

const none: ReadonlySet<number> = new Set()

describe("a window", () => {
  test("that holds the whole result asks for nothing but the changed documents", () => {
    const window = windowOf([row(3, 3), row(2, 2), row(1, null)])
    const asking = reads([row(2, 5)])

    const step = advanceWindow(window, { changed: new Map([[2, {}]]), touched: none }, { keys, limit: 5 }, asking)

    expect(step.window.entries.map(({ id }) => id)).toEqual([2, 3, 1])
    expect(asking.asked).toEqual([])
    expect(windowDelta(window, step)).toEqual({
      inserts: [],
      updates: ['{"id":2,"at":5}'],
      deletes: [],
      positions: [[2, 0]],
      total: null,
    })
  })

  test("that is full and gains one at its head drops its last, and counts it", () => {
    const window = windowOf([row(3, 3), row(2, 2)], 7)
    const asking = reads([row(9, 9)])

    const step = advanceWindow(window, { changed: new Map([[9, "absent"]]), touched: none }, { keys, limit: 2 }, asking)

    expect(windowDelta(window, step)).toEqual({
      inserts: ['{"id":9,"at":9}'],
      updates: [],
      deletes: [2],
      positions: [[9, 0]],
      total: 8,
    })
    expect(asking.asked).toEqual([])
  })

  test("that is full and loses one asks for what comes after its old end, once", () => {
    const window = windowOf([row(3, 3), row(2, 2)], 4)
    const asking = reads([], [row(1, 2)])

    const step = advanceWindow(window, { changed: new Map([[2, {}]]), touched: none }, { keys, limit: 2 }, asking)

    expect(step.window.entries.map(({ id }) => id)).toEqual([3, 1])
    expect(step.window.total).toBe(3)
    expect(asking.asked).toEqual(["after [2,2] 1"])
  })

  test("tells a change outside of it only by its total, judged by what the document was", () => {
    const window = windowOf([row(3, 3), row(2, 2)], 4)
    const asking = reads([row(1, 1)])
    const changed = new Map<number, Record<string, unknown> | "absent">([
      [0, { at: 0 }],
      [1, "absent"],
    ])

    const step = advanceWindow(window, { changed, touched: none }, { keys, limit: 2 }, asking)

    expect(windowDelta(window, step)).toBeNull()
    expect(step.window.total).toBe(4)
    expect(asking.asked).toEqual(["before 1"])
  })

  test("counts again where the log no longer tells what a document was", () => {
    const window = windowOf([row(3, 3), row(2, 2)], 4)
    const asking = reads([])

    const step = advanceWindow(
      window,
      { changed: new Map([[0, "unknown"]]), touched: none },
      { keys, limit: 2 },
      asking,
    )

    expect(asking.asked).toEqual(["total"])
    expect(windowDelta(window, step)).toMatchObject({ total: 99 })
  })

  test("says nothing where nobody sees a difference", () => {
    const window = windowOf([row(3, 3)])

    const step = advanceWindow(
      window,
      { changed: new Map([[3, {}]]), touched: none },
      { keys, limit: 2 },
      reads([row(3, 3)]),
    )

    expect(windowDelta(window, step)).toBeNull()
    expect(windowDelta(window, replaceWindow(window, [row(3, 3)], 1))).toBeNull()
  })
})
