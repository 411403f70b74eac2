import { PassThrough } from "node:stream"

import { createElement } from "react"
import { expect, onTestFinished, test, vi } from "vitest"

import type { DaemonFile, LogEntry, RequestEntry, StatsResponse } from "../../../src/protocol/admin-api.ts"
import type { DashboardState } from "../../../src/ui/dashboard/dashboard-state.ts"
import { initialState } from "../../../src/ui/dashboard/dashboard-state.ts"
import { drawDashboard } from "../../../src/ui/dashboard/draw-dashboard.ts"
import { openScreen } from "../../../src/ui/dashboard/open-screen.ts"
import { overlayText } from "../../../src/ui/dashboard/overlay-text.ts"
import { panelLines } from "../../../src/ui/dashboard/panel-lines.ts"
import type { DeathEntry, DevSnapshot } from "../../../src/ui/dev-store.ts"
import { DevStore } from "../../../src/ui/dev-store.ts"
import { paintNothing } from "../../../src/ui/paint.ts"
import { DevScreen } from "../../../src/ui/screens/dev.tsx"

/** Stands before each character that a terminal would obey, so that it is known in what Ink writes itself. */
const mark = "«"

const ranges: readonly (readonly [number, number])[] = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x2028, 0x2029],
  [0x202a, 0x202e],
  [0x2066, 0x2069],
]

const obeyed = ranges.flatMap(([first, last]) =>
  Array.from({ length: last - first + 1 }, (_, index) => String.fromCharCode(first + index)),
)

/** The common ones first, where even a narrow column shows them. */
const attack = ["\u001B[31m", "\u001B]52;c;cm0=\u0007", "\u009B2J", "\r", "\t", ...obeyed]
  .map((one) => mark + one)
  .join("")

const obeyedClass = ranges.map(([first, last]) => `${String.fromCharCode(first)}-${String.fromCharCode(last)}`).join("")
const anyObeyed = new RegExp(`[${obeyedClass}]`)
const markedObeyed = new RegExp(`${mark}[${obeyedClass}]`)

/** Words of the protocol, which choose how something is shown; they come from the daemon's own code. */
const keptKeys = new Set(["kind", "outcome", "cause", "level", "safety", "work", "time", "state"])

/** The same value with every text in it hostile, the names of fields included. */
function hostile<T>(value: T): T {
  const change = (one: unknown, key: string): unknown => {
    if (typeof one === "string") return keptKeys.has(key) ? one : `${one.slice(0, 3)}${attack}`
    if (Array.isArray(one)) return one.map((each) => change(each, ""))
    if (typeof one !== "object" || one === null) return one
    return Object.fromEntries(
      Object.entries(one).map(([name, each]) => [name === "fieldName" ? attack : name, change(each, name)]),
    )
  }
  return change(value, "") as T
}

const daemon = hostile({ pid: 1, url: "http://x", mode: "dev", version: "0.1.0" }) as unknown as DaemonFile
const at = { file: "schema.yaml", line: 2, column: 2, length: 1 }
const problem = { code: "X", message: "wrong", next: "mend", problems: [{ code: "X", message: "so", next: "do", at }] }
const time = "2026-11-21T08:30:15.000Z"

const request: RequestEntry = hostile({
  kind: "request",
  seq: 1,
  time,
  method: "GET",
  url: "/a?b",
  status: 404,
  durationMs: 1,
  requestId: "r",
  code: "NOT_FOUND",
})

const reload = { kind: "reload", seq: 2, time, cause: "schema", durationMs: 1 } as const

const changes = hostile<readonly (LogEntry | DeathEntry)[]>([
  { kind: "log", seq: 1, time, level: "warn", message: "m", fields: { fieldName: "v", deep: { fieldName: ["v"] } } },
  { kind: "log", seq: 3, time, level: "error", message: "m" },
  { ...reload, outcome: "applied", changes: ["+ a", "- b"] },
  { ...reload, outcome: "refused", changes: [], error: problem },
  { kind: "death", time, pid: 3, lines: ["one", "two"] },
])

const stats = hostile({
  daemon,
  uptimeSeconds: 1,
  node: "26",
  memory: { rssBytes: 1, heapUsedBytes: 1 },
  database: { path: "x", fileBytes: 1, walBytes: 1, commitCount: 1, durability: "full" },
  schema: { hash: "x", collections: [{ name: "c", documentCount: 1 }] },
  requests: { total: 1, failed: 0, inFlight: 0 },
  realtime: null,
  functions: null,
  clients: 1,
  notices: ["n"],
  problem: null,
  plan: null,
}) as StatsResponse

const plan = hostile({
  files: [{ file: "migrations/001_a.yaml", number: 1, name: "a", description: "d", operations: ["o"] }],
  changes: (["safe", "lossy", "refused"] as const).map((safety) => ({
    file: "migrations/001_a.yaml",
    message: "+ a",
    collection: "c",
    field: "f",
    safety,
    reason: "because",
    next: "do",
    rowCount: 1,
    work: "scan",
    estimateMs: 1,
    mentions: [{ kind: "rule", label: "a rule" }],
  })),
  problems: [{ code: "X", message: "wrong", at }],
  notices: ["n"],
  isLossy: true,
  estimateMs: 1,
  hash: "h",
}) as unknown as NonNullable<StatsResponse["plan"]>

const message = { headers: [["name", "value"]] as [string, string][], bodyBytes: 9_999 }
const detail = hostile({
  entry: request,
  request: { ...message, body: '{"a": "b' },
  response: { ...message, body: "text" },
  caller: "somebody",
  rule: "true",
  statements: [{ sql: "select\n1", durationMs: 1, rowCount: 1, where: "reader" as const }],
})
const jsonDetail = { ...detail, response: { ...message, body: JSON.stringify({ [attack]: [attack] }) } }

const overlays: readonly NonNullable<DashboardState["overlay"]>[] = [
  { kind: "plan", offset: 0 },
  { kind: "request", entry: request, offset: 0, fetched: { state: "loading" } },
  { kind: "request", entry: request, offset: 0, fetched: { state: "missing", reason: attack } },
  { kind: "request", entry: request, offset: 0, fetched: { state: "there", detail } },
  { kind: "request", entry: request, offset: 0, fetched: { state: "there", detail: jsonDetail } },
  ...changes.map((entry) => ({ kind: "change" as const, entry: entry as never, offset: 0 })),
]

const views: readonly Partial<DashboardState>[] = [
  {},
  { focus: "changes", isZoomed: true },
  { search: { text: attack, isTyping: true } },
  { search: { text: attack, isTyping: false } },
  { question: attack },
  { progress: { message: attack, ratio: 0.5 } },
  { progress: { message: attack } },
  ...overlays.map((overlay) => ({ overlay })),
]

const said: readonly StatsResponse[] = [
  stats,
  { ...stats, problem: hostile(problem) },
  { ...stats, plan },
  { ...stats, plan: { ...plan, changes: [] } },
]

const look = { paint: paintNothing, readText: () => `${attack}\n`.repeat(4) }

test.each([
  [60, 15],
  [100, 30],
  [400, 60],
])("no character that a terminal obeys is in any line of a %d×%d window", (columns, rows) => {
  const found = new Set<string>()
  const store = storeWith(stats)
  for (const one of said) {
    for (const view of views) {
      for (const entries of [store.snapshot(), { ...store.snapshot(), requests: [], changes: [] }]) {
        const snapshot: DevSnapshot = { ...entries, stats: one, view: { ...initialState, ...view } }
        const { header, panel, body, bar } = drawDashboard(snapshot, {
          window: { columns, rows },
          paint: paintNothing,
          panel: (room) =>
            panelLines(one, look, { ...room, style: rows >= 24 ? "box" : "line", question: snapshot.view.question }),
          overlay: (width) => overlayText(snapshot, { ...look, columns: width }),
        })
        for (const [part, lines] of Object.entries({ header, panel, body, bar })) {
          for (const line of lines) if (anyObeyed.test(line)) found.add(`${part} of ${show(view)}: ${show(line)}`)
        }
      }
    }
  }

  expect([...found]).toEqual([])
})

test("nor in what is written to the terminal", async () => {
  const store = storeWith({ ...stats, problem: hostile(problem) })
  let written = ""
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 200, rows: 50 })
  stdout.on("data", (chunk: Buffer) => (written += chunk.toString()))
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => stdin,
    ref: () => stdin,
    unref: () => stdin,
  })
  const screen = openScreen(createElement(DevScreen, { store, look, onKey: () => undefined }), { stdin, stdout })
  await vi.waitFor(() => expect(written).toContain("Requests"))
  screen.close()
  await screen.ended

  expect(written).toContain(`${mark}\\e[31m`)
  expect(written.match(markedObeyed)).toBeNull()
})

/** All that the dashboard can be told, hostile throughout. */
function storeWith(first: StatsResponse): DevStore {
  vi.useFakeTimers()
  const store = new DevStore(daemon)
  store.add(request)
  for (const entry of changes) store.add(entry)
  store.setMessage({ urgent: true, text: attack })
  for (const [index, total] of [1, 50, 7].entries()) {
    store.setStats({ ...first, requests: { ...first.requests, total } }, index * 1_000)
  }
  vi.runAllTimers()
  vi.useRealTimers()
  onTestFinished(() => store.close())
  return store
}

function show(value: unknown): string {
  return JSON.stringify(value).slice(0, 160)
}
