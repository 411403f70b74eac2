import { expect, test } from "vitest"

import type { LogEntry } from "../../../src/protocol/admin-api.ts"
import { changeRow } from "../../../src/ui/dashboard/change-row.ts"
import { cellsOf } from "../../../src/ui/dashboard/fit-text.ts"
import { requestRow } from "../../../src/ui/dashboard/request-row.ts"
import { paintNothing } from "../../../src/ui/paint.ts"

const time = "2026-11-21T08:30:15.000Z"
const widths = [30, 45, 60, 110, 200]

test.each(widths)("a request's method stands apart from its path at %i columns", (columns) => {
  const row = (method: string): string =>
    requestRow(
      { kind: "request", seq: 1, time, method, url: "/api/auth/login", status: 204, durationMs: 1, requestId: "r" },
      { paint: paintNothing, columns },
    )

  expect(row("OPTIONS")).toContain("OPTIONS /api")
  expect(row("GET")).toContain("GET     /api")
  expect(cellsOf(row("OPTIONS"))).toBe(columns)
})

test("a message whose address is cut off says which key shows it", () => {
  const message = `There is no admin yet. Make one within an hour: http://127.0.0.1:8090/api/auth/first-admin?token=${"x".repeat(43)}`
  const entry: Extract<LogEntry, { kind: "log" }> = { kind: "log", seq: 1, time, level: "info", message }
  const row = (columns: number): string => changeRow(entry, { paint: paintNothing, columns }).trimEnd()

  expect(row(110)).toMatch(/There is no admin yet.*… Enter shows it$/)
  expect(cellsOf(row(110))).toBe(110)
  expect(row(200)).toMatch(/xxx$/)
})
