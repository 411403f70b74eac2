import { describe, expect, test } from "vitest"

import type { LogEntry } from "../../src/protocol/admin-api.ts"
import { renderLogEntry } from "../../src/ui/log-line.ts"
import { paintColours, paintNothing } from "../../src/ui/paint.ts"

const look = { paint: paintNothing, readText: () => "collections:\n  posts: {}\n" }
const base = { seq: 1, time: "2026-11-21T08:30:15.000Z" }

function shown(entry: LogEntry): string {
  return renderLogEntry(entry, look).replace(/^\[\d\d:30:15\] /, "")
}

describe("renderLogEntry", () => {
  test("a line of the log has its fields behind it, and nothing that moves the cursor", () => {
    const entry: LogEntry = { ...base, kind: "log", level: "warn", message: "a\u001B[2J", fields: { n: 1, s: "x\ny" } }

    expect(shown(entry)).toBe("! a\\e[2J n=1 s=x\\ny")
  })

  test("requests stand in columns", () => {
    const request = {
      ...base,
      kind: "request",
      requestId: "r",
      method: "GET",
      url: "/a",
      status: 200,
      durationMs: 1.42,
    }
    const failed = { ...request, method: "DELETE", url: "/b\u0007", status: 404, durationMs: 1_530, code: "NOT_FOUND" }

    expect(shown(request as LogEntry)).toBe("GET    200  1.4 ms /a")
    expect(shown(failed as LogEntry)).toBe("DELETE 404  1.53 s /b\\u0007 NOT_FOUND")
  })

  test("a status is coloured by its class", () => {
    const request = { ...base, kind: "request", requestId: "r", method: "GET", url: "/a", durationMs: 1 }
    const statuses = [200, 304, 404, 500]
    const lines = statuses.map((status) =>
      renderLogEntry({ ...request, status } as LogEntry, { ...look, paint: paintColours }),
    )

    const painted = (["good", "name", "warn", "bad"] as const).map((meaning, index) =>
      paintColours(meaning, String(statuses[index])),
    )
    expect(lines.map((line, index) => line.includes(painted[index]!))).toEqual([true, true, true, true])
  })

  test("a call has under it what it logged with its data, and where it failed with which code", () => {
    const at = { file: "functions/a.ts", line: 3, column: 9 }
    const entry: LogEntry = {
      ...base,
      kind: "execution",
      name: "a",
      executionId: "e",
      requestId: "r",
      trigger: "http",
      status: "failed",
      durationMs: 4.1,
      logs: [
        { atMs: 1, level: "warn", message: "slow", data: { rows: 7 } },
        { atMs: 2, level: "error", message: "Uncaught error: x\n    at f (a.ts:1:1)\u001B[2J", data: [1] },
      ],
      error: { code: "NOBODY", message: "Nobody is there.", problems: [{ code: "NOBODY", message: "…", at }] },
    }

    expect(shown(entry).split("\n")).toEqual([
      "ƒ a failed 4.1 ms",
      "             ! slow rows=7",
      "             ✗ Uncaught error: x [1]",
      "                   at f (a.ts:1:1)\\e[2J",
      "             ✗ functions/a.ts:3:9 Nobody is there. (NOBODY)",
    ])
  })

  test("a reload says what it did", () => {
    const reload = {
      ...base,
      kind: "reload",
      cause: "schema",
      durationMs: 12,
      changes: ["+ posts.likes (int)"],
    } as const

    expect(shown({ ...reload, outcome: "applied" })).toBe("✓ Schema applied (12 ms)\n             + posts.likes (int)")
    expect(shown({ ...reload, outcome: "unchanged", changes: [] })).toBe("· Schema unchanged (12 ms)")
  })

  test("a refused reload shows why and where", () => {
    const at = { file: "schema.yaml", line: 2, column: 3, length: 5 }
    const problems = [{ code: "X", message: "Posts is empty.", at }]
    const error = { code: "SCHEMA_INVALID", message: "One problem.", next: "Mend it.", problems }

    const text = shown({
      ...base,
      kind: "reload",
      cause: "schema",
      outcome: "refused",
      durationMs: 3,
      changes: [],
      error,
    })

    expect(text).toContain("✗ Schema refused; the last good one still serves (3.0 ms)")
    expect(text).toContain("schema.yaml:2:3 Posts is empty.")
    expect(text).toContain("^^^^^")
    expect(text).toContain("Next: Mend it.")
  })

  test("lost entries are counted", () => {
    expect(shown({ ...base, kind: "lost", count: 1_200 })).toBe("! 1,200 entries were lost: this reader was too slow.")
  })
})
