import { expect, onTestFinished, test } from "vitest"

import type { DaemonFile, WireError } from "../../../src/protocol/admin-api.ts"
import type { ExecutionDetail, FunctionDetail } from "../../../src/protocol/functions-api.ts"
import { changeRow } from "../../../src/ui/dashboard/change-row.ts"
import { drawDashboard } from "../../../src/ui/dashboard/draw-dashboard.ts"
import { cellsOf } from "../../../src/ui/dashboard/fit-text.ts"
import { functionInFull } from "../../../src/ui/dashboard/function-in-full.ts"
import { functionRow } from "../../../src/ui/dashboard/function-row.ts"
import type { DevSnapshot } from "../../../src/ui/dev-store.ts"
import { DevStore } from "../../../src/ui/dev-store.ts"
import { paintNothing } from "../../../src/ui/paint.ts"
import { functionDetail } from "./function-detail.ts"

const look = { paint: paintNothing, columns: 76, readText: () => "one\ntwo\nexport defalt handler\n" }

const error: WireError = {
  code: "BUILD_FAILED",
  message: "functions/report.ts does not build.",
  problems: [
    {
      code: "SYNTAX",
      message: 'Expected "default".',
      at: { file: "functions/report.ts", line: 3, column: 8, length: 6 },
    },
  ],
}
const failed: Partial<FunctionDetail> = {
  state: "failed",
  lastBuild: { outcome: "failed", at: "2026-11-21T08:30:15.000Z", durationMs: 9, error },
}

const called: FunctionDetail["calls"] = {
  total: 1_204,
  failed: 3,
  p50Ms: 1.2,
  p99Ms: 15,
  perSecond: Array.from({ length: 60 }, (_, second) => (second < 55 ? 0 : 8)),
}

test("a row says how a function is called, as much of it as fits", () => {
  const detail = functionDetail("create-post", { calls: called })
  const row = (columns: number): string => functionRow(detail, { ...look, columns }).trimEnd()

  expect(row(90)).toBe("● create-post              1,204 calls  3 errors  p50 1.2 ms  p99  15 ms  ▁▁▁▁▁▁▁▁▁▁▁█")
  expect(row(78)).toBe("● create-post              1,204 · 3 err  p50 1.2 ms  p99  15 ms  ▁▁▁▁▁▁▁▁▁▁▁█")
  expect(row(58)).toBe("● create-post         1,204 · 3 err  p99  15 ms  ▁▁▁▁▁█")
  expect(row(48)).toBe("● create-post      1,204 · 3 err  ▁▁▁▁▁▁▁▁▁▁▁█")
  for (const columns of [20, 30, 48, 60, 90, 200]) {
    expect(cellsOf(functionRow(detail, { ...look, columns }))).toBe(columns)
    expect(cellsOf(functionRow(functionDetail("日本".repeat(20), failed), { ...look, columns }))).toBe(columns)
  }
})

test("in a window of 140×40 a row has the slowest calls and the bars", async () => {
  const functions = ["create-post", "hello"].map((name) => functionDetail(name, { calls: { ...called, total: 30 } }))
  const { body } = draw(await snapshotOf(functions, {}), { columns: 140, rows: 40 })

  const rows = body.filter((line) => line.includes("30 · 3 err"))
  expect(rows).toHaveLength(2)
  for (const row of rows) expect(row).toMatch(/● (create-post|hello) .*30 · 3 err {2}p99 {2}15 ms {2}▁+█/)
})

test("a function that was never called says how it is called, and one that fails says where", () => {
  expect(functionRow(functionDetail("hello"), look).trimEnd()).toBe(
    "● hello                    not called yet: POST /api/functions/hello",
  )
  expect(functionRow(functionDetail("report", failed), { ...look, columns: 90 }).trimEnd()).toBe(
    '✗ report                   functions/report.ts:3:8 Expected "default".',
  )
})

test("figures of usual size stand below each other", () => {
  const rows = [1, 12, 6_451].map((total) => {
    const calls = {
      ...called,
      total,
      failed: Math.min(3, Math.floor(total / 4)),
      p50Ms: total / 2e3,
      p99Ms: total / 1e3,
    }
    return functionRow(functionDetail("hello", { calls }), { ...look, columns: 90 })
  })

  expect(rows.map((row) => [row.indexOf("  p50"), row.indexOf("  p99"), row.indexOf("  ▁")])).toEqual([
    [48, 60, 72],
    [48, 60, 72],
    [48, 60, 72],
  ])
})

test("a manifest that is refused took no time, and its problem is said once", () => {
  const [problem] = error.problems!
  const refused: WireError = { code: "MANIFEST_INVALID", message: problem!.message, problems: error.problems! }
  const build = { kind: "build", seq: 1, time: "2026-11-21T08:30:15.000Z", name: "report", bytes: null } as const
  const lastBuild = { outcome: "failed", at: build.time, durationMs: 0, error: refused } as const

  const text = functionInFull(functionDetail("report", { lastBuild }), { state: "loading" }, look).join("\n")
  const row = changeRow({ ...build, outcome: "failed", durationMs: 0, error: refused }, { ...look, columns: 100 })

  expect(text).toContain("✗ Its manifest was refused at ")
  expect(text.split('Expected "default".')).toHaveLength(2)
  expect(text).toContain("functions/report.ts:3:8\n")
  expect(text + row).not.toContain("0.0 ms")
})

test("a function that is built for the first time is neither served nor refused", () => {
  const building = functionDetail("resize", { state: "failed", lastBuild: null })

  expect(functionRow(building, look).trimEnd()).toBe("◌ resize                   being built…")
})

test("a build is a change, with the place of what is wrong", () => {
  const build = { kind: "build", seq: 1, time: "2026-11-21T08:30:15.000Z", name: "report", bytes: null } as const

  expect(changeRow({ ...build, outcome: "built", durationMs: 43 }, look)).toMatch(/✓ report built +43 ms$/)
  expect(changeRow({ ...build, outcome: "failed", durationMs: 9, error }, { ...look, columns: 100 })).toMatch(
    /✗ report does not build {2}functions\/report\.ts:3 Expected "default"\. +9\.0 ms$/,
  )
  expect(changeRow({ ...build, outcome: "removed", durationMs: 0 }, look)).toContain("· report removed")
})

test("in full a function shows its build error with the line, and its last calls with what they logged", () => {
  const secrets = [{ name: "STRIPE_KEY", isSet: false }]
  const detail = functionDetail("report", { ...failed, state: "stale", calls: called, secrets })
  const execution: ExecutionDetail = {
    id: "e1",
    functionName: "report",
    requestId: "req_1",
    triggerType: "http",
    triggerId: null,
    parentId: null,
    status: "failed",
    startedAt: "2026-11-21T08:30:15.000Z",
    durationMs: 4.1,
    input: '{"title":"First"}',
    output: '{"sum":1}',
    logs: [{ atMs: 1, level: "warn", message: "slow\u001B[2J", data: { rows: 7 } }],
    error: {
      code: "FUNCTION_ERROR",
      message: "out of stock",
      problems: [
        { code: "FUNCTION_ERROR", message: "out of stock", at: { file: "functions/a.ts", line: 3, column: 9 } },
      ],
    },
  }

  const text = functionInFull(detail, { state: "there", executions: [execution] }, look).join("\n")

  expect(text).toContain("export defalt handler")
  expect(text).toContain("not set: STRIPE_KEY")
  expect(text).toContain("failed 4.1 ms · http · request req_1")
  expect(text).toContain('← {"title":"First"}')
  expect(text).toContain("! slow\\e[2J rows=7")
  expect(text).toContain('→ {"sum":1}')
  expect(text).toContain("✗ functions/a.ts:3:9 out of stock (FUNCTION_ERROR)")
  expect(functionInFull(detail, { state: "loading" }, look).join("\n")).toContain("Asking the daemon")
  expect(functionInFull(detail, { state: "there", executions: [] }, look).join("\n")).toContain("none yet")
})

test.each([
  [60, 15],
  [80, 24],
  [80, 17],
  [130, 40],
  [250, 80],
] as const)("with functions the dashboard fits %d×%d, and lists them", async (columns, rows) => {
  const functions = Array.from({ length: 30 }, (_, index) => functionDetail(`function-${index}`, { calls: called }))
  for (const view of [{}, { focus: "functions" }, { focus: "functions", isZoomed: true }] as const) {
    const { header, body, bar, sight } = draw(await snapshotOf(functions, view), { columns, rows })
    const lines = [...header, ...body, ...bar]

    expect(lines.length).toBeLessThanOrEqual(rows)
    expect(lines.filter((line) => cellsOf(line) > columns)).toEqual([])
    expect(sight.lists.functions.entries).toHaveLength(30)
    if (view !== undefined && "focus" in view) expect(body.join("\n")).toContain("function-0")
  }
})

test("errors only leaves the functions that fail or failed, and a search those of that name", async () => {
  const functions = [
    functionDetail("fine"),
    functionDetail("report", failed),
    functionDetail("busy", { calls: called }),
  ]
  const names = async (view: Partial<DevSnapshot["view"]>): Promise<readonly string[]> => {
    const { sight } = draw(await snapshotOf(functions, view), { columns: 100, rows: 30 })
    return sight.lists.functions.entries.map(({ entry }) => entry.name)
  }

  expect(await names({ errorsOnly: true })).toEqual(["report", "busy"])
  expect(await names({ search: { text: "FIN", isTyping: false } })).toEqual(["fine"])
})

async function snapshotOf(
  functions: readonly FunctionDetail[],
  view: Partial<DevSnapshot["view"]>,
): Promise<DevSnapshot> {
  const store = new DevStore({ pid: 1, url: "http://127.0.0.1:8090", mode: "dev", version: "0.1.0" } as DaemonFile)
  onTestFinished(() => store.close())
  store.setFunctions(functions)
  store.setView({ ...store.view, ...view })
  return new Promise((resolve) => store.subscribe(() => resolve(store.snapshot())))
}

function draw(snapshot: DevSnapshot, window: { columns: number; rows: number }): ReturnType<typeof drawDashboard> {
  return drawDashboard(snapshot, { window, paint: paintNothing, panel: () => [], overlay: () => null })
}
