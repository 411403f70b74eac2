import { expect, test } from "vitest"

import type { KnownFunction } from "../../../src/daemon/functions/functions.ts"
import { functionProblem, functionStatus } from "../../../src/daemon/status/function-status.ts"
import type { WireError } from "../../../src/protocol/admin-api.ts"

test("a project without functions has neither figures nor problems", () => {
  expect(functionStatus([])).toBeNull()
  expect(functionProblem([])).toBeNull()
})

test("a function that does not build is counted, and its problems are shown with their places", () => {
  const error = broken("functions/a.ts")

  expect(functionStatus([known("a", error), known("b", null)])).toEqual({ count: 2, failing: ["a"] })
  expect(functionProblem([known("a", error), known("b", null)])).toEqual(error)
})

test("of several that fail every problem is shown, those without a place by their function", () => {
  const trap: WireError = { code: "PLUGIN_INVALID", message: "It ends in the middle.", next: "Build it again." }

  const problem = functionProblem([known("a", broken("functions/a.ts")), known("b", trap)])

  expect(problem?.message).toBe("2 functions cannot be served as they are written: a, b.")
  expect(problem?.problems).toEqual([
    ...broken("functions/a.ts").problems!,
    { code: "PLUGIN_INVALID", message: "b: It ends in the middle.", next: "Build it again." },
  ])
})

function broken(file: string): WireError {
  const at = { file, line: 3, column: 7 }
  return {
    code: "BUILD_FAILED",
    message: `${file} does not build.`,
    problems: [{ code: "SYNTAX", message: "Expected a name.", at }],
  }
}

function known(name: string, error: WireError | null): KnownFunction {
  const outcome = error === null ? "built" : "failed"
  return { name, served: null, lastBuild: { outcome, at: "2026-11-21T08:30:15.000Z", durationMs: 4, error } }
}
