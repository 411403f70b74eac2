import { expect, test } from "vitest"

import type { InvokeResponse } from "../../../src/protocol/functions-api.ts"
import { renderCall, renderOutput } from "../../../src/ui/functions/invoke-text.ts"
import { paintNothing } from "../../../src/ui/paint.ts"

const look = { paint: paintNothing, readText: () => undefined }

const call: InvokeResponse = {
  executionId: "e1",
  durationMs: 4.1,
  status: 200,
  output: { text: "hi" },
  logs: [{ atMs: 0.5, level: "warn", message: "slow\u001B[2J", data: { rows: 7 } }],
  error: null,
}

test("an answer is JSON, and what was logged stands beside it without obeying", () => {
  expect(renderOutput(call)).toBe('{\n  "text": "hi"\n}')
  expect(renderOutput({ ...call, output: undefined })).toBe("null")
  expect(renderCall(call, look)).toBe(" 0.5 ms ! slow\\e[2J rows=7\n✓ 200 in 4.1 ms · execution e1")
})

test("a status that a function chose for a failure is marked, and its body is the answer", () => {
  expect(renderCall({ ...call, status: 404, logs: [] }, look)).toBe("! 404 in 4.1 ms · execution e1")
})

test("everything that is wrong with an input is shown", () => {
  const fields = {
    title: [{ code: "REQUIRED", message: "title is required." }],
    tags: [{ code: "WRONG_TYPE", message: "tags must be a list." }],
  }
  const error = { code: "INPUT_INVALID", message: "The input has 2 problems.", details: { fields } }

  const text = renderCall({ ...call, status: 400, logs: [], error }, look)

  expect(renderOutput({ ...call, error })).toBeUndefined()
  expect(text).toContain("✗ 400")
  expect(text).toContain("title is required.")
  expect(text).toContain("tags must be a list.")
})
