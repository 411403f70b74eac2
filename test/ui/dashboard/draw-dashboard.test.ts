import { describe, expect, onTestFinished, test } from "vitest"

import type { DaemonFile, LogEntry, StatsResponse } from "../../../src/protocol/admin-api.ts"
import { drawDashboard } from "../../../src/ui/dashboard/draw-dashboard.ts"
import type { Drawing, WindowSize } from "../../../src/ui/dashboard/draw-dashboard.ts"
import { cellsOf } from "../../../src/ui/dashboard/fit-text.ts"
import { overlayText } from "../../../src/ui/dashboard/overlay-text.ts"
import { panelLines } from "../../../src/ui/dashboard/panel-lines.ts"
import type { DevSnapshot } from "../../../src/ui/dev-store.ts"
import { DevStore } from "../../../src/ui/dev-store.ts"
import { paintColours } from "../../../src/ui/paint.ts"

const daemon = { pid: 1, url: "http://127.0.0.1:8090", mode: "dev", version: "0.1.0" } as DaemonFile

const stats: StatsResponse = {
  daemon,
  uptimeSeconds: 3_700,
  node: "26.0.0",
  memory: { rssBytes: 95 * 1024 ** 2, heapUsedBytes: 1 },
  database: { path: "x", fileBytes: 1, walBytes: 1, commitCount: 1, durability: "full" },
  schema: {
    hash: "x",
    collections: Array.from({ length: 9 }, (_, i) => ({ name: `collection_${i}`, documentCount: i })),
  },
  requests: { total: 1_234, failed: 2, inFlight: 0 },
  realtime: null,
  functions: null,
  clients: 2,
  notices: [],
  problem: null,
  plan: null,
}

const problem: StatsResponse["problem"] = {
  code: "SCHEMA_INVALID",
  message: "schema.yaml has 12 problems.",
  next: "Mend them and save.",
  problems: Array.from({ length: 12 }, (_, i) => ({
    code: "X",
    message: `Something ${"rather ".repeat(i)}long is wrong with a field.`,
    at: { file: "schema.yaml", line: i + 1, column: 3, length: 4 },
  })),
}

const entry = (seq: number): LogEntry[] => [
  {
    kind: "request",
    seq,
    time: "2026-11-21T08:30:15.000Z",
    method: seq % 2 === 0 ? "GET" : "OPTIONS",
    url: `/api/collections/日本${"x".repeat(seq * 3)}?${"ü".repeat(seq)}=\u001B[2J`,
    status: [200, 304, 404, 500][seq % 4]!,
    durationMs: seq ** 4,
    requestId: `r${seq}`,
    ...(seq % 3 === 0 ? { code: "COLLECTION_NOT_FOUND" } : {}),
  },
  { kind: "log", seq, time: "2026-11-21T08:30:15.000Z", level: "warn", message: `line\n${seq}\u0007`, fields: { seq } },
]

async function snapshotOf(change: Partial<DevSnapshot["view"]>, said: StatsResponse): Promise<DevSnapshot> {
  const store = new DevStore(daemon)
  onTestFinished(() => store.close())
  for (let seq = 1; seq <= 40; seq += 1) for (const one of entry(seq)) store.add(one)
  store.setStats(said)
  store.setMessage({
    urgent: true,
    text: "The daemon died and was started again, and this is a long sentence about it.",
  })
  store.setView({ ...store.view, ...change })
  return new Promise((resolve) => store.subscribe(() => resolve(store.snapshot())))
}

function draw(snapshot: DevSnapshot, window: WindowSize): Drawing {
  const look = { paint: paintColours, readText: () => "a: b\n".repeat(20) }
  return drawDashboard(snapshot, {
    window,
    paint: paintColours,
    panel: (room) => panelLines(snapshot.stats, look, { ...room, style: window.rows >= 24 ? "box" : "line" }),
    overlay: (columns) => overlayText(snapshot, { ...look, columns }),
  })
}

const sizes = [
  [60, 15],
  [61, 16],
  [79, 24],
  [80, 17],
  [100, 30],
  [129, 31],
  [130, 40],
  [250, 80],
] as const

describe("the dashboard in a window", () => {
  test.each(sizes)("fits %d×%d, whatever is shown", async (columns, rows) => {
    const views: [Partial<DevSnapshot["view"]>, StatsResponse][] = [
      [{}, stats],
      [{ focus: "changes", isZoomed: true, errorsOnly: true }, stats],
      [{ search: { text: "日本", isTyping: true } }, stats],
      [{ overlay: { kind: "help", offset: 999 } }, stats],
      [
        { isPaused: true, question: "Is it? ".repeat(40) },
        { ...stats, problem },
      ],
      [{ progress: { message: "Copying posts", ratio: 0.4 } }, { ...stats, problem }],
    ]
    for (const [view, said] of views) {
      const { header, panel, body, bar } = draw(await snapshotOf(view, said), { columns, rows })
      const lines = [...header, ...panel, ...body, ...bar]

      expect(lines.length).toBeLessThanOrEqual(rows)
      expect(lines.filter((line) => cellsOf(line) > columns)).toEqual([])
      // What comes from outside cannot move the cursor.
      // oxlint-disable-next-line no-control-regex -- looking for control characters
      expect(lines.filter((line) => /\u001B\[2J|\u0007|\n/.test(line))).toEqual([])
    }
  })

  test("leaves what was opened most of the window, also while something is wrong", async () => {
    const long = { ...problem, problems: Array.from({ length: 10 }, () => problem.problems![0]!) }
    const view = { overlay: { kind: "help", offset: 0 } } as const
    const { panel, body } = draw(await snapshotOf(view, { ...stats, problem: long }), { columns: 100, rows: 40 })

    expect(panel.length).toBeGreaterThan(2)
    expect(body.length).toBeGreaterThan(2 * panel.length)
  })

  test("says in one line when it is too small", async () => {
    const { header, body, bar } = draw(await snapshotOf({}, stats), { columns: 59, rows: 15 })

    expect([header, bar]).toEqual([[], []])
    expect(body).toHaveLength(1)
    expect(body[0]).toContain("needs 60×15, this is 59×15")
  })

  test("keeps what to do about a problem in sight on the smallest screen", async () => {
    const { panel } = draw(await snapshotOf({}, { ...stats, problem }), { columns: 60, rows: 15 })

    expect(panel.join("\n")).toContain("Mend them and save.")
  })
})
