import { expect, test } from "vitest"

import { DevLoop } from "../../../src/daemon/dev/dev-loop.ts"
import type { Reload } from "../../../src/daemon/served/reload.ts"
import type { ReloadReport } from "../../../src/daemon/served/reload-report.ts"
import { alyxError } from "../../../src/errors.ts"

const nothing: Reload = () => Promise.resolve({ changes: [] })

test("a reload that fails is shown with its problems and the next one still runs", async () => {
  const results: Reload[] = [
    () =>
      Promise.reject(alyxError("SCHEMA_INVALID", { problems: [{ code: "UNKNOWN_TYPE", message: "No such type." }] })),
    () => Promise.resolve({ changes: ["+ posts.title (string)"] }),
  ]
  const { loop, reloads } = loopOf({ reloadSchema: (isCurrent) => results.shift()!(isCurrent) })

  loop.handle({ type: "schema-changed" })
  await loop.idle()
  loop.handle({ type: "schema-changed" })
  await loop.idle()

  expect(reloads().map((entry) => entry.outcome)).toEqual(["refused", "applied"])
  expect(reloads()[0]!.error?.problems).toEqual([{ code: "UNKNOWN_TYPE", message: "No such type." }])
})

test("a reload that was overtaken is not shown, and only the newest of many runs", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  const runs: number[] = []
  const { loop, reloads } = loopOf({
    reloadSchema: async () => {
      const run = runs.push(runs.length)
      if (run === 1) await gate
      return { changes: run === 1 ? [] : [`run ${run}`] }
    },
  })

  loop.handle({ type: "schema-changed" })
  await until(() => runs.length === 1)
  for (let save = 0; save < 10; save += 1) loop.handle({ type: "schema-changed" })
  release()
  await loop.idle()

  expect(runs).toHaveLength(2)
  expect(reloads().map((entry) => entry.changes)).toEqual([["run 2"]])
})

test("a reload that was overtaken after it had acted is told all the same", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  const runs: number[] = []
  const { loop, reloads } = loopOf({
    reloadSchema: async () => {
      const run = runs.push(runs.length)
      if (run === 1) await gate
      return { changes: [`change of run ${run}`] }
    },
  })

  loop.handle({ type: "schema-changed" })
  await until(() => runs.length === 1)
  loop.handle({ type: "schema-changed" })
  release()
  await loop.idle()

  expect(reloads().map((entry) => entry.changes)).toEqual([["change of run 1"], ["change of run 2"]])
})

test("migrations and the schema are followed by one reload, told by what changed", async () => {
  const runs: number[] = []
  const { loop, reloads } = loopOf({
    reloadSchema: () => {
      runs.push(runs.length)
      return Promise.resolve({ changes: ["a change"] })
    },
  })

  loop.handle({ type: "migrations-changed" })
  await loop.idle()
  loop.handle({ type: "migrations-changed" })
  loop.handle({ type: "schema-changed" })
  await loop.idle()
  loop.handle({ type: "migrations-changed" })
  await loop.idle()

  expect(runs).toHaveLength(3)
  expect(reloads().map((entry) => entry.cause)).toEqual(["migrations", "schema", "migrations"])
})

test("a refusal that was overtaken is not shown, and its cause goes on to the reload that overtook it", async () => {
  const { promise: gate, resolve: release } = Promise.withResolvers<void>()
  let runCount = 0
  const { loop, reloads } = loopOf({
    reloadSchema: async () => {
      runCount += 1
      if (runCount > 1) return { changes: ["all of it"] }
      await gate
      throw alyxError("UNSAFE_CHANGES")
    },
  })

  loop.handle({ type: "schema-changed" })
  await until(() => runCount === 1)
  loop.handle({ type: "migrations-changed" })
  release()
  await loop.idle()

  expect(reloads()).toMatchObject([{ cause: "schema", outcome: "applied", changes: ["all of it"] }])
})

function loopOf(reloads: { reloadSchema?: Reload; reloadConfig?: Reload }): {
  loop: DevLoop
  reloads: () => ReloadReport[]
} {
  const reports: ReloadReport[] = []
  const loop = new DevLoop({
    reloadSchema: reloads.reloadSchema ?? nothing,
    reloadConfig: reloads.reloadConfig ?? nothing,
    report: (report) => reports.push(report),
    elapsed: () => 0,
  })
  return { loop, reloads: () => reports }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}
