import { expect, test } from "vitest"

import { LatestOnly } from "../../src/lib/latest-only.ts"

test("of everything asked for during a run only the newest runs afterwards", async () => {
  const seen: string[] = []
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  const runs = new LatestOnly<string>(async (input, isCurrent) => {
    if (input === "first") await gate
    seen.push(`${input}:${isCurrent()}`)
  })

  runs.push("first")
  await Promise.resolve()
  await Promise.resolve()
  runs.push("second")
  runs.push("third")
  release()
  await runs.idle()

  expect(seen).toEqual(["first:false", "third:true"])
})

test("stop forgets what waits and resolves when the running work has ended", async () => {
  const seen: string[] = []
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  const runs = new LatestOnly<string>(async (input) => {
    await gate
    seen.push(input)
  })

  runs.push("first")
  await Promise.resolve()
  await Promise.resolve()
  runs.push("second")
  const stopped = runs.stop()
  release()
  await stopped

  expect(seen).toEqual(["first"])
})
