import { expect, test } from "vitest"

import { Activity } from "../../../src/daemon/activity.ts"
import { anonymous, bareRequest } from "../../../src/daemon/callers.ts"
import type { ExecutionRecord } from "../../../src/daemon/executions/executions.ts"
import { endedCalls } from "../../../src/daemon/functions/ended-calls.ts"
import { FunctionMetrics } from "../../../src/daemon/functions/function-metrics.ts"
import type { EndedInvocation } from "../../../src/daemon/functions/functions.ts"
import type { Invocation } from "../../../src/daemon/functions/invocation.ts"
import { SchemaHolder } from "../../../src/daemon/schema-holder.ts"
import { redactorOf } from "../../../src/daemon/secrets/redactor.ts"
import type { ExecutionEntry } from "../../../src/protocol/admin-api.ts"
import { parseSchema } from "../../../src/schema/parse.ts"

const secret = "123456789012"
const schemaText = "collections: { notes: { fields: { margin: { type: string, internal: true } } } }"

function told(over: Partial<EndedInvocation>): { record: ExecutionRecord; entry: ExecutionEntry } {
  const records: ExecutionRecord[] = []
  const activity = new Activity(() => new Date())
  const schemas = new SchemaHolder(parseSchema(schemaText, "schema.yaml").schema!)
  const redactor = redactorOf({ values: () => [secret, 'quo"ted value'] }, schemas)
  const listener = endedCalls({
    executions: { record: (one) => void records.push(one) },
    activity,
    redactor,
  })
  listener({ ...ended, ...over })
  return { record: records[0]!, entry: activity.past({ tail: 1 })[0] as ExecutionEntry }
}

const caller = { ...anonymous, owner: false, address: "1.2.3.4", requestId: "req_1", request: bareRequest("1.2.3.4") }
const invocation = {
  executionId: "01a20002-fe74-7000-bc4c-59d6df7f19e9",
  manifest: { name: "hello" },
  caller,
  trigger: { type: "http", id: "/api/functions/hello" },
  requestId: "req_1",
  parent: null,
  beganAt: 1_700_000_000_000,
} as unknown as Invocation
const ended: EndedInvocation = {
  invocation,
  status: "success",
  durationMs: 12.345_678,
  queuedMs: 0,
  input: Buffer.from("{}"),
  output: Buffer.from('"ok"'),
  head: null,
  error: null,
  logs: [],
  logsDropped: 0,
}

test("a call becomes a row and an entry of the log", () => {
  const { record, entry } = told({})

  expect(record).toEqual({
    id: invocation.executionId,
    functionName: "hello",
    requestId: "req_1",
    triggerType: "http",
    triggerId: "/api/functions/hello",
    parentId: null,
    status: "success",
    startedAt: "2023-11-14T22:13:20.000Z",
    completedAt: "2023-11-14T22:13:20.012Z",
    durationMs: 12.346,
    input: "{}",
    output: '"ok"',
    error: null,
    logs: null,
  })
  expect(entry).toMatchObject({ kind: "execution", name: "hello", trigger: "http", status: "success", logs: [] })
})

test("secrets, and what stands under their names, are in neither", () => {
  const { record, entry } = told({
    status: "failed",
    input: Buffer.from(`{"margin":1,"password":"x","note":"quo\\"ted value","number":${secret}}`),
    output: Buffer.from(`plain ${secret} text`),
    error: { code: "FUNCTION_ERROR", message: `no ${secret}`, details: { number: Number(secret) } },
    logs: [
      { atMs: 1, level: "info", message: `key ${secret}`, data: { token: "t", n: Number(secret), deep: [secret] } },
    ],
  })

  expect(JSON.stringify([record, entry])).not.toContain(secret)
  expect(record.input).toBe('{"margin":"[hidden]","password":"[hidden]","note":"[hidden]","number":"[hidden]"}')
  expect(record.output).toBe("plain [hidden] text")
  expect(JSON.parse(record.error!)).toMatchObject({ code: "FUNCTION_ERROR", message: "no [hidden]" })
  expect(JSON.parse(record.logs!)).toMatchObject([{ atMs: 1, level: "info", message: "key [hidden]" }])
})

test("a value that would be cut in two is hidden before", () => {
  const text = `${"x".repeat(64 * 1024 - 20)}${secret}${"y".repeat(100)}`

  const { record } = told({ input: Buffer.from(text) })

  expect(Buffer.byteLength(record.input!)).toBeLessThanOrEqual(64 * 1024)
  expect(record.input).toContain("[hidden]")
  expect(record.input).not.toContain("1234")
})

test.each([
  ["no text", Buffer.from([0xff, 0xfe])],
  ["nothing", Buffer.alloc(0)],
  ["a zero", Buffer.from("a\0b")],
  ["much that is no text", Buffer.alloc(300_000, 0xff)],
])("a body that is %s is not kept", (_what, input) => {
  expect(told({ input }).record.input).toBeNull()
})

test("of many and long lines those that fit are kept, and the rest is counted", () => {
  const logs = Array.from({ length: 400 }, (_, at) => ({
    atMs: at,
    level: "info" as const,
    message: "ü".repeat(1_500),
  }))

  const { record, entry } = told({ logs, logsDropped: 7 })

  const kept = JSON.parse(record.logs!) as { message: string }[]
  expect(Buffer.byteLength(record.logs!)).toBeLessThanOrEqual(64 * 1024)
  expect(kept.at(-1)?.message).toBe(`${400 + 7 - (kept.length - 1)} more lines were left out.`)
  expect(entry.logs).toHaveLength(100)
  expect(entry.logs.at(-1)!.message).toBe("308 more lines were left out.")
})

test("metrics count calls by function, status and time", () => {
  const metrics = new FunctionMetrics()
  const pool = { workers: 1, instances: 2, running: 3, queued: 4 }
  expect(metrics.text(pool)).toBe("")

  metrics.observe(ended)
  metrics.observe({ ...ended, status: "timed_out", durationMs: 31_000 })

  const text = metrics.text(pool)
  expect(text).toContain('alyx_function_calls_total{function="hello",status="success"} 1\n')
  expect(text).toContain('alyx_function_calls_total{function="hello",status="timed_out"} 1\n')
  expect(text).toContain('alyx_function_duration_seconds_bucket{function="hello",le="0.025"} 1\n')
  expect(text).toContain('alyx_function_duration_seconds_bucket{function="hello",le="+Inf"} 2\n')
  expect(text).toContain('alyx_function_duration_seconds_count{function="hello"} 2\n')
  expect(text).toContain("alyx_function_queued 4\n")
})

test("a secret of digits in an error is hidden as a whole, and the error keeps its form", () => {
  const { record, entry } = told({
    status: "failed",
    error: { code: "NOPE", message: "no", details: { n: Number(secret), deep: [{ token: "x", m: `is ${secret}` }] } },
  })

  const kept = {
    code: "NOPE",
    message: "no",
    details: { n: "[hidden]", deep: [{ token: "[hidden]", m: "is [hidden]" }] },
  }
  expect(JSON.parse(record.error!)).toEqual(kept)
  expect(entry.error).toEqual(kept)
})

test("what stands after the names of secrets inside messages, errors and bodies is in neither", () => {
  const { record, entry } = told({
    status: "failed",
    input: Buffer.from("password=hush1&page=2"),
    output: Buffer.from(JSON.stringify({ text: "{ margin: 'hush2' }", colon: "the token: ", next: "kept" })),
    error: { code: "FUNCTION_ERROR", message: "no { password: 'hush3' }", details: { stack: "Error: token=hush4" } },
    logs: [
      { atMs: 1, level: "info", message: "k { margin: 'hush5' }" },
      { atMs: 2, level: "info", message: '{"password":"hush6"}', data: { text: '{"password":"hush7"}' } },
    ],
  })

  expect(JSON.stringify([record, entry])).not.toContain("hush")
  expect(record.input).toBe("password=[hidden]&page=2")
  expect(JSON.parse(record.output!)).toEqual({ text: "{ margin: '[hidden]' }", colon: "the token: ", next: "kept" })
  expect(entry.logs[1]).toMatchObject({ message: '{"password":"[hidden]"}' })
})
