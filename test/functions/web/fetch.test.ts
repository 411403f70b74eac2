import type { Server } from "node:http"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"

import { describe, expect, onTestFinished, test } from "vitest"

import type { FixtureOptions } from "../../daemon/functions/functions-fixture.ts"
import { AlyxError } from "../../../src/errors.ts"
import { runInGuest, runInNode, snippetLines } from "./web-snippets.ts"

describe("fetch in functions", () => {
  test("a real server hears the same from a function as from Node, and so do they", async () => {
    const { base } = await startServer()
    const snippets = snippetLines(exchanges)

    const { shown } = await runInGuest(snippets, { base }, { answer: askNode })

    expect(shown).toEqual(await runInNode({ snippets, scope: { base } }))
  })

  test("requests that wait are under way at the same time", async () => {
    const { base, waiting } = await startServer()
    const snippets = [
      `const all = await Promise.all([1, 2, 3].map((n) => fetch(base + "/together/" + n).then((r) => r.text()))); return all`,
    ]

    const { shown } = await runInGuest(snippets, { base }, { answer: askNode })

    // The server answers none of them before it has heard all three.
    expect(shown[0]).toMatch(/→ {2}\["1", "2", "3"\]$/)
    expect(waiting.most).toBe(3)
  })

  test("an aborted request ends at the host too, and throws the reason", async () => {
    const { base, waiting } = await startServer()
    const snippets = [
      `const c = new AbortController(); const p = fetch(base + "/never", { signal: c.signal }); p.catch(() => {}); await fetch(base + "/heard"); c.abort(); return p.catch((e) => e.name)`,
      `fetch(base + "/never", { signal: AbortSignal.timeout(20) }).catch((e) => e.name)`,
      `fetch(base + "/never", { signal: AbortSignal.abort("before") }).catch((e) => e)`,
    ]

    const { shown } = await runInGuest(snippets, { base }, { answer: askNode })

    expect(shown).toEqual(await runInNode({ snippets, scope: { base } }))
    // In the guest, and in Node; where time is short a request may not have got so far.
    expect(waiting.begun).toBeGreaterThanOrEqual(2)
    await expect.poll(() => waiting.closed).toBe(waiting.begun)
  })

  test("a refusal of the host is a TypeError with its code and its sentence", async () => {
    const snippets = [
      `try { await fetch("http://example.com/") } catch (e) { return [e instanceof TypeError, e.name, e.code, e.message, e.cause instanceof Error] }`,
    ]

    const { shown } = await runInGuest(snippets, {}, { answer: refuse })

    expect(shown[0]).toMatch(/→ {2}\[true, "TypeError", "HOST_NOT_ALLOWED", "example\.com may not be asked\.", true\]$/)
  })

  test("an address without a host, and schemes that are not the web's, are refused with what to do", async () => {
    const { shown } = await runInGuest([
      `fetch("/api/posts").catch((e) => [e.name, e.message])`,
      `fetch("file:///etc/passwd").catch((e) => [e.name, e.message])`,
    ])

    expect(shown[0]).toContain(`the URL is absolute, as in fetch(ctx.url + \\"/api/posts\\").`)
    expect(shown[1]).toContain(`["TypeError", "fetch failed: file: is not http: or https:."]`)
  })
})

const exchanges = String.raw`
const r = await fetch(base + "/echo?a=1"); const j = await r.json(); return [r.status, r.ok, r.statusText, r.url === base + "/echo?a=1", r.redirected, r.headers.get("content-type"), j.method, j.url, j.body]
const r = await fetch(new URL("/echo", base), { method: "POST", body: "é", headers: { "x-own": "1" } }); const j = await r.json(); return [j.method, j.body, j.headers["x-own"], j.headers["content-type"]]
const r = await fetch(base + "/echo", { method: "PUT", body: new Uint8Array([0, 255]) }); return (await r.json()).body
const r = await fetch(base + "/echo", { method: "POST", body: new URLSearchParams({ a: "b c" }) }); const j = await r.json(); return [j.body, j.headers["content-type"]]
const f = new FormData(); f.append("a", "1"); f.append("f", new File(["x"], "n.txt")); const j = await (await fetch(base + "/echo", { method: "POST", body: f })).json(); return [/^multipart\/form-data; boundary=/.test(j.headers["content-type"]), atob(j.body).includes('name="f"; filename="n.txt"')]
const j = await (await fetch(base + "/echo", { method: "POST", duplex: "half", body: new ReadableStream({ start(c) { c.enqueue(new Uint8Array([65])); c.enqueue(new Uint8Array([66])); c.close() } }) })).json(); return atob(j.body)
const j = await (await fetch(new Request(base + "/echo", { method: "DELETE", headers: { a: "b" } }))).json(); return [j.method, j.headers.a]
const r = await fetch(base + "/status/404"); return [r.status, r.ok, await r.text()]
const r = await fetch(base + "/status/204"); return [r.status, r.body, await r.text()]
const r = await fetch(base + "/redirect"); return [r.status, r.redirected, r.url === base + "/echo?redirected"]
const r = await fetch(base + "/redirect", { redirect: "manual" }); return [r.status, r.headers.get("location"), r.redirected]
fetch(base + "/redirect", { redirect: "error" })
const r = await fetch(base + "/echo", { method: "HEAD" }); return [r.status, r.body === null || (await r.text()) === ""]
const r = await fetch(base + "/cookies"); return r.headers.getSetCookie()
const r = await fetch(base + "/binary"); return new Uint8Array(await r.arrayBuffer())
const r = await fetch(base + "/binary"); const c = r.clone(); return [(await r.bytes()).length, (await c.blob()).size]
const all = []; for await (const chunk of (await fetch(base + "/binary")).body) all.push(...chunk); return all.length
const r = await fetch(base + "/echo"); try { r.headers.set("a", "b") } catch (e) { return e.name }
fetch("http://127.0.0.1:1/")
fetch("nope")
`

/** A server whose answers say what it heard. */
async function startServer(): Promise<{ base: string; waiting: { most: number; begun: number; closed: number } }> {
  const waiting = { most: 0, begun: 0, closed: 0 }
  const heard: (() => void)[] = []
  const together: (() => void)[] = []
  const server: Server = createServer((request, response) => {
    const { url = "", method, headers } = request
    if (url === "/never") {
      waiting.begun += 1
      response.on("close", () => (waiting.closed += 1))
      for (const answer of heard.splice(0)) answer()
      return
    }
    // Answered once there is a request that is never answered.
    if (url === "/heard") {
      if (waiting.begun > waiting.closed) response.end()
      else heard.push(() => response.end())
      return
    }
    if (url.startsWith("/together/")) {
      together.push(() => response.end(url.slice("/together/".length)))
      waiting.most = Math.max(waiting.most, together.length)
      if (together.length === 3) for (const answer of together.splice(0)) answer()
      return
    }
    if (url.startsWith("/status/")) response.writeHead(Number(url.slice("/status/".length))).end()
    else if (url === "/redirect") response.writeHead(302, { location: "/echo?redirected" }).end()
    else if (url === "/cookies") response.writeHead(200, { "set-cookie": ["a=1", "b=2; Path=/"] }).end()
    else if (url === "/binary") response.end(Buffer.from(Array.from({ length: 300 }, (_, at) => at % 256)))
    else {
      const chunks: Buffer[] = []
      request.on("data", (chunk: Buffer) => chunks.push(chunk))
      request.on("end", () => {
        response.setHeader("content-type", "application/json")
        response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString("base64") }))
      })
    }
  })
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve)
  })
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, waiting }
}

type Answer = NonNullable<FixtureOptions["answer"]>

/** The host's part, by Node's own fetch. */
const askNode: Answer = async (_invocation, operation, body, signal) => {
  if (operation.op !== "fetch") throw new Error(`The test answers fetch, not ${operation.op}.`)
  const { url, method, headers, redirect } = operation
  const bare = method === "GET" || method === "HEAD"
  const answer = await fetch(url, {
    method,
    headers: headers.map(([name, value]) => [name, value] as [string, string]),
    redirect,
    body: bare ? null : new Uint8Array(body),
    ...(signal === undefined ? {} : { signal }),
  })
  const { status, statusText, redirected } = answer
  return {
    value: { status, statusText, redirected, url: answer.url, headers: [...answer.headers] },
    body: new Uint8Array(await answer.arrayBuffer()),
  }
}

const refuse: Answer = () => {
  throw new AlyxError("HOST_NOT_ALLOWED", { message: "example.com may not be asked." })
}
