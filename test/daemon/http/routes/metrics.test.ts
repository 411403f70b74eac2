import { expect, test } from "vitest"

import { openRaw, send, startHttp } from "../http-fixture.ts"

test("requests are counted by route pattern, never by path", async () => {
  const { port } = await startHttp()
  await send(port, { path: "/api/collections/notes/secret-id" })
  await send(port, { path: "/api/collections/notes/other-id" })
  await send(port, { path: "/nowhere/at/all" })
  await send(port, { path: "/%zz" })

  const { text, headers } = await send(port, { path: "/metrics" })

  expect(headers["content-type"]).toMatch(/^text\/plain; version=/)
  const count = (labels: string) =>
    text.match(new RegExp(`^alyx_http_request_duration_seconds_count\\{${labels}\\} (\\d+)$`, "m"))?.[1]
  expect(count('method="GET",route="/api/collections/:name/:id",status="404"')).toBe("2")
  expect(count('method="GET",route="none",status="404"')).toBe("1")
  expect(count('method="GET",route="none",status="400"')).toBe("1")
  expect(text).not.toMatch(/secret-id|nowhere/)
})

test("the database and the process are measured too", async () => {
  const { port } = await startHttp()

  const { text } = await send(port, { path: "/metrics" })

  for (const name of [
    "alyx_database_file_bytes",
    "alyx_database_commits_total",
    "alyx_database_writes_waiting",
    "alyx_http_requests_in_flight",
    "process_resident_memory_bytes",
    "nodejs_eventloop_lag_seconds",
  ]) {
    expect(text).toMatch(new RegExp(`^${name} \\S+$`, "m"))
  }
})

test("what is no HTTP is counted, too", async () => {
  const { port } = await startHttp()
  for (const bytes of [
    "hello there\r\n\r\n",
    "GET / HTTP/9.9\r\n\r\n",
    `GET / HTTP/1.1\r\n${"x: 1\r\n".repeat(300)}\r\n`,
  ]) {
    const raw = await openRaw(port)
    raw.write(bytes)
    await raw.received
  }

  const { text } = await send(port, { path: "/metrics" })

  expect(text).toContain('alyx_http_refused_total{status="400"} 2\n')
  expect(text).toContain('alyx_http_refused_total{status="431"} 1\n')
})
