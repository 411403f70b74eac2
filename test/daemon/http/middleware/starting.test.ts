import { expect, onTestFinished, test } from "vitest"

import { createHttpApp } from "../../../../src/daemon/http/app.ts"
import { SchemaHolder } from "../../../../src/daemon/schema-holder.ts"
import { send, startHttp } from "../http-fixture.ts"

test("until there is a schema only the life of the process is answered", async () => {
  const { parts } = await startHttp()
  const schemas = new SchemaHolder()
  const app = createHttpApp({ ...parts, schemas })
  onTestFinished(() => app.close({ drainTimeoutMs: 0 }))
  const { port } = await app.listenTcp({ host: "127.0.0.1", port: 0 })
  const paths = ["/", "/api/collections/notes", "/health", "/health/ready", "/health/stats", "/nowhere", "/health/live"]

  const before = await Promise.all(paths.map((path) => send(port, { path })))
  schemas.swap(parts.schemas.current)
  const after = await Promise.all(paths.map((path) => send(port, { path })))

  expect(before.map(({ status }) => status)).toEqual([503, 503, 503, 503, 503, 503, 200])
  expect(before[1]).toMatchObject({ headers: { "retry-after": "1" }, body: { error: { code: "STARTING" } } })
  expect(after.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 404, 200])
})
