import { request } from "node:http"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"

import { expect, test } from "vitest"

import type { ExecutionEntry } from "../../../../src/protocol/admin-api.ts"
import type { ExecutionDetail, ExecutionsResponse, InvokeResponse } from "../../../../src/protocol/functions-api.ts"
import { startAccountsDaemon } from "../../auth/accounts-daemon.ts"

const define = (body: string): string =>
  `import { defineFunction } from "@alyx/functions"\nexport default defineFunction({ ${body} })\n`

test("a call ends when its client leaves, and is written down as cancelled", async () => {
  const { url, client } = await startAccountsDaemon({
    files: {
      "functions/slow.ts": define("async handler() { await new Promise((r) => setTimeout(r, 20000)); return 1 }"),
    },
  })
  const logs = client.logs({ tail: 0, follow: true, kinds: ["execution"] })
  const next = logs.next()
  const asking = request(`${url}/api/functions/slow`, { agent: false })
  asking.on("error", () => undefined)
  asking.end()
  await new Promise((resolve) => asking.on("socket", (socket) => socket.once("connect", resolve)))
  await untilRunning(client)
  asking.destroy()

  const { value } = await next
  const entry = value as ExecutionEntry
  await logs.return(undefined)

  expect(entry).toMatchObject({ name: "slow", status: "cancelled" })
  const { executions } = await client.get<ExecutionsResponse>("/api/admin/functions/slow/executions")
  expect(executions).toMatchObject([{ id: entry.executionId, status: "cancelled" }])
})

test(
  "a call that outlasts the stop of the server is told so, and kept with that reason",
  { timeout: 20_000 },
  async () => {
    const { send, client, folder, stop } = await startAccountsDaemon({
      config: { server: { drain_timeout: "1s" } },
      files: {
        "functions/slow.ts": define("async handler() { await new Promise((r) => setTimeout(r, 20000)); return 1 }"),
      },
    })
    const answer = send("POST", "/api/functions/slow", {})
    await untilRunning(client)

    await stop()

    expect(await answer).toMatchObject({ status: 503, body: { error: { code: "SHUTTING_DOWN" } } })
    const database = new DatabaseSync(path.join(folder, "data/alyx.db"), { readOnly: true })
    const row = database.prepare("SELECT status, error FROM _alyx_executions").get()
    database.close()
    expect(row).toMatchObject({ status: "cancelled", error: expect.stringContaining("SHUTTING_DOWN") as string })
  },
)

test("functions that call themselves through the server are stopped by their depth, each call a row with its parent", async () => {
  const { send, client } = await startAccountsDaemon({
    files: {
      "functions/deep.ts": define(`async handler(input, ctx) {
        const answer = await fetch(ctx.url + "/api/functions/deep", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" })
        const body = await answer.json()
        return answer.status === 200 ? body.output + 1 : body.error.code
      }`),
    },
  })

  const { status, body } = await send("POST", "/api/functions/deep", {})

  expect({ status, output: (body as { output: unknown }).output }).toEqual({
    status: 200,
    output: "CALL_DEPTH1111111",
  })
  const { executions } = await client.get<ExecutionsResponse>("/api/admin/functions/deep/executions?limit=50")
  expect(executions.map(({ triggerType }) => triggerType)).toEqual([...Array<string>(8).fill("function"), "http"])
  // The one that was refused is the newest.
  expect(executions.map(({ error }) => error?.code ?? null)).toEqual(["CALL_DEPTH", ...Array<null>(8).fill(null)])
  expect(new Set(executions.map(({ requestId }) => requestId)).size).toBe(1)
  const rows = await Promise.all(executions.map(({ id }) => client.get<ExecutionDetail>(`/api/admin/executions/${id}`)))
  expect(rows.map(({ parentId }) => parentId)).toEqual([...executions.slice(1).map(({ id }) => id), null])
})

test("in dev a caller is told what was thrown, and answers of the document and the root name what there is", async () => {
  const { send, client } = await startAccountsDaemon({
    mode: "dev",
    files: {
      "functions/oops.ts": define(
        `input: { n: { type: "int" } }, handler(input) { throw new Error("n is " + input.n) }`,
      ),
      "functions/oops.yaml": `routes: ["POST /oops/{n}"]\n`,
    },
  })

  expect(await send("POST", "/api/functions/oops", { n: 3 })).toMatchObject({
    status: 500,
    body: { error: { code: "FUNCTION_ERROR", message: expect.stringContaining("n is 3") as unknown } },
  })
  expect(await send("POST", "/oops/3", { m: 3 })).toMatchObject({
    status: 400,
    body: { error: { code: "INPUT_INVALID" } },
  })
  expect(await send("GET", "/")).toMatchObject({ body: { functions: ["/api/functions/oops"] } })
  const { body } = await send("GET", "/api/openapi.json")
  expect(Object.keys((body as { paths: object }).paths)).toEqual(
    expect.arrayContaining(["/api/functions/oops", "/oops/{n}"]),
  )
  const metrics = await send("GET", "/metrics")
  expect(metrics.body).toContain('alyx_function_calls_total{function="oops",status="failed"} ')
  expect(metrics.body).toContain('route="/oops/{n}"')

  const invoked = await client.post<InvokeResponse>("/api/admin/functions/oops/invoke", { input: { n: 4 } })
  expect(invoked).toMatchObject({ status: 500, output: null, error: { code: "FUNCTION_ERROR" } })
  expect(JSON.stringify(invoked.error)).toContain("functions/oops.ts")
})

async function untilRunning(client: { get<Answer>(path: string): Promise<Answer> }): Promise<void> {
  for (;;) {
    const { pool } = await client.get<{ pool: { running: number } }>("/api/admin/functions")
    if (pool.running > 0) return
  }
}
