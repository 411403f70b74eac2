import { expect, test } from "vitest"

import { send, startHttp } from "../http-fixture.ts"

const listed = ["https://app.example.com"]

test.each([
  { origin: "http://localhost:5173", mode: "dev", origins: listed, allowed: "http://localhost:5173" },
  { origin: "https://127.0.0.1", mode: "dev", origins: [], allowed: "https://127.0.0.1" },
  { origin: "http://[::1]:3000", mode: "dev", origins: [], allowed: "http://[::1]:3000" },
  { origin: "http://app.localhost", mode: "dev", origins: [], allowed: "http://app.localhost" },
  { origin: "https://app.example.com", mode: "dev", origins: listed, allowed: "https://app.example.com" },
  { origin: "https://app.example.com", mode: "start", origins: listed, allowed: "https://app.example.com" },
  { origin: "https://any.example", mode: "start", origins: ["*"], allowed: "*" },
  { origin: "http://localhost:5173", mode: "start", origins: listed, allowed: undefined },
  { origin: "https://app.example.com.evil.example", mode: "start", origins: listed, allowed: undefined },
  { origin: "http://app.example.com", mode: "start", origins: listed, allowed: undefined },
  { origin: "http://localhost.evil.example", mode: "dev", origins: [], allowed: undefined },
  { origin: "null", mode: "dev", origins: [], allowed: undefined },
  { origin: "file://localhost", mode: "dev", origins: [], allowed: undefined },
  { origin: "nonsense", mode: "dev", origins: [], allowed: undefined },
] as const)("in $mode with $origins, $origin may read: $allowed", async ({ origin, mode, origins, allowed }) => {
  const { port } = await startHttp({ mode, server: { cors: { origins } } })
  const path = "/api/collections/notes"

  const read = await send(port, { path, headers: { origin } })
  const preflight = await send(port, {
    method: "OPTIONS",
    path,
    headers: { origin, "access-control-request-method": "PATCH", "access-control-request-headers": "if-match,x-own" },
  })

  expect(read.status).toBe(200)
  expect(read.headers["access-control-allow-origin"]).toBe(allowed)
  expect(read.headers.vary).toMatch(/\bOrigin\b/)
  expect(preflight.status).toBe(204)
  expect(preflight.headers["access-control-allow-origin"]).toBe(allowed)
  if (allowed === undefined) expect(preflight.headers["access-control-allow-methods"]).toBeUndefined()
  else {
    expect(read.headers["access-control-expose-headers"]).toMatch(/ETag.*X-Request-Id/)
    expect(preflight.headers).toMatchObject({
      "access-control-allow-methods": "GET, HEAD, POST, PATCH, DELETE",
      "access-control-allow-headers": "if-match,x-own",
      "access-control-max-age": "600",
    })
    expect(preflight.headers.vary).toMatch(/\bOrigin\b.*\bAccess-Control-Request-Headers\b/)
  }
  expect(read.headers["access-control-allow-credentials"]).toBeUndefined()
})

test("a page may also read the errors that it gets", async () => {
  const { port } = await startHttp({ mode: "dev" })

  const answer = await send(port, { path: "/nowhere", headers: { origin: "http://localhost:5173" } })

  expect(answer.status).toBe(404)
  expect(answer.headers["access-control-allow-origin"]).toBe("http://localhost:5173")
})

test("without Origin nothing is said about pages", async () => {
  const { port } = await startHttp({ mode: "dev" })

  const answer = await send(port, { path: "/health/live" })

  expect(Object.keys(answer.headers).filter((name) => name.startsWith("access-control") || name === "vary")).toEqual([])
})
