import { once } from "node:events"
import { createServer } from "node:http"
import type { IncomingMessage, Server, ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"

import { afterEach, beforeEach, describe, expect, test } from "vitest"

import type { FetchedHead, SubmittedOperation } from "../../../../src/functions/guest-abi.ts"
import { callerOf, hostYaml, openHost } from "../host-fixture.ts"
import type { TestCall, TestHost } from "../host-fixture.ts"

type Handler = (request: IncomingMessage, response: ServerResponse, body: Buffer) => void

/** A server on loopback that notes what it is asked. */
interface TestServer {
  readonly server: Server
  readonly port: number
  readonly seen: {
    readonly method: string
    readonly url: string
    readonly headers: IncomingMessage["headers"]
    readonly body: string
  }[]
  handler: Handler
}

let fixture: TestHost
let one: TestServer
let two: TestServer

async function serve(): Promise<TestServer> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on("data", (chunk: Buffer) => chunks.push(chunk))
    request.on("end", () => {
      const body = Buffer.concat(chunks)
      found.seen.push({ method: request.method!, url: request.url!, headers: request.headers, body: body.toString() })
      found.handler(request, response, body)
    })
  })
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  const found: TestServer = {
    server,
    port: (server.address() as AddressInfo).port,
    seen: [],
    handler: (_request, response) => response.end("hello"),
  }
  return found
}

beforeEach(async () => {
  fixture = await openHost(hostYaml)
  one = await serve()
  two = await serve()
})

afterEach(async () => {
  for (const { server } of [one, two]) {
    server.closeAllConnections()
    server.close()
  }
  await fixture.remove()
})

const asked = (url: string, more: object = {}): Extract<SubmittedOperation, { op: "fetch" }> => ({
  op: "fetch",
  url,
  method: "GET",
  headers: [],
  redirect: "follow",
  ...more,
})

const urlOf = ({ port }: TestServer, path = "/"): string => `http://127.0.0.1:${port}${path}`

/** A call that may reach both servers by their addresses. */
const allowed = (...more: string[]): TestCall =>
  fixture.call({ manifest: { allowedHosts: ["127.0.0.1", ...more] }, caller: callerOf("ada") })

async function fetched(call: TestCall, operation: ReturnType<typeof asked>, body = "") {
  const { value, body: answered } = await call.answer(operation, body)
  return { head: value as FetchedHead, text: Buffer.from(answered!).toString() }
}

test("sends method, headers and body as they are, and gives the answer as it is", async () => {
  one.handler = (_request, response) => {
    response.writeHead(
      418,
      "Teapot",
      [
        ["set-cookie", "a=1"],
        ["Set-Cookie", "b=2"],
        ["content-type", "text/plain"],
      ].flat(),
    )
    response.end("short and stout")
  }
  const headers = [
    ["X-Mine", "1"],
    ["x-mine", "2"],
    ["Content-Type", "text/csv"],
    ["Host", "elsewhere.example"],
    ["Transfer-Encoding", "chunked"],
    ["Content-Length", "3"],
  ]

  const { head, text } = await fetched(
    allowed(),
    asked(urlOf(one, "/tea?pot=1#top"), { method: "post", headers }),
    "a,b",
  )

  expect(one.seen).toMatchObject([
    {
      method: "POST",
      url: "/tea?pot=1",
      body: "a,b",
      headers: {
        "x-mine": "1, 2",
        "content-type": "text/csv",
        "content-length": "3",
        host: `127.0.0.1:${one.port}`,
        "user-agent": "Alyx",
      },
    },
  ])
  expect(one.seen[0]!.headers["transfer-encoding"]).toBeUndefined()
  expect(head).toMatchObject({ status: 418, statusText: "Teapot", redirected: false })
  expect(head.headers.filter(([name]) => name === "set-cookie")).toEqual([
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
  ])
  expect(text).toBe("short and stout")
})

describe("which hosts", () => {
  test("only those that the manifest names; the refusal names the line", async () => {
    const call = fixture.call({ manifest: { allowedHosts: ["api.stripe.com"] } })

    const refused = await call.refusal(asked("https://api.example.com/x"))

    expect(refused).toMatchObject({
      code: "HOST_NOT_ALLOWED",
      message: "The function work may not reach api.example.com.",
      next: 'Add it in functions/work.yaml: allowed_hosts: ["api.stripe.com", "api.example.com"]',
    })
  })

  test("a private address only where it is written, however the name or the number says it", async () => {
    fixture.resolve = () => Promise.resolve([{ address: "169.254.169.254", family: 4 }])
    const byName = await fixture.call({ manifest: { allowedHosts: ["*"] } }).refusal(asked("http://metadata.example/"))
    const codes: string[] = []
    for (const host of ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]) {
      const call = fixture.call({ manifest: { allowedHosts: ["*"] } })
      // oxlint-disable-next-line no-await-in-loop -- each spelling by itself
      codes.push((await call.refusal(asked(`http://${host}:${one.port}/`))).code)
    }

    expect(byName).toMatchObject({
      code: "ADDRESS_NOT_ALLOWED",
      next: expect.stringContaining('allowed_hosts: ["*", "169.254.169.254:80"]') as string,
    })
    expect(new Set(codes)).toEqual(new Set(["ADDRESS_NOT_ALLOWED"]))
    expect(one.seen).toEqual([])
    expect((await fetched(allowed(), asked(urlOf(one)))).text).toBe("hello")
  })

  test("one private address among public ones refuses the host", async () => {
    fixture.resolve = () =>
      Promise.resolve([
        { address: "93.184.215.14", family: 4 },
        { address: "::ffff:10.0.0.1", family: 6 },
      ])
    const refused = await fixture
      .call({ manifest: { allowedHosts: ["mixed.example"] } })
      .refusal(asked("http://mixed.example/"))

    expect(refused.code).toBe("ADDRESS_NOT_ALLOWED")
  })

  test("a name is looked up once, and connected to what was checked", async () => {
    const answers = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    let lookups = 0
    fixture.resolve = () => Promise.resolve([{ address: answers[lookups++]!, family: 4 }])
    const call = fixture.call({ manifest: { allowedHosts: ["rebound.example", "127.0.0.1"] } })

    await fetched(call, asked(`http://rebound.example:${one.port}/`))
    const again = await call.refusal(asked(`http://rebound.example:${one.port}/`))

    expect(one.seen).toMatchObject([{ headers: { host: `rebound.example:${one.port}` } }])
    expect(again.code).toBe("ADDRESS_NOT_ALLOWED")
    expect(lookups).toBe(2)
  })

  test.each([
    ["file:///etc/passwd", "BAD_REQUEST"],
    ["data:text/plain,x", "BAD_REQUEST"],
    ["/relative", "BAD_REQUEST"],
    ["http://user:pass@127.0.0.1/", "BAD_REQUEST"],
    ["http://nowhere.example/", "FETCH_FAILED"],
  ])("%s: %s", async (url, code) => {
    expect((await allowed("nowhere.example").refusal(asked(url))).code).toBe(code)
  })

  test.each([
    { method: "CONNECT" },
    { method: "TRACE" },
    { method: "G ET" },
    { headers: [["bad name", "x"]] },
    { headers: [["x", "line\r\nx-other: 1"]] },
    { headers: { x: "1" } },
    { redirect: "sometimes" },
  ])("%j is refused", async (more) => {
    expect((await allowed().refusal(asked(urlOf(one), more))).code).toBe("BAD_REQUEST")
    expect(one.seen).toEqual([])
  })
})

const redirectTo = (location: string, status = 302): Handler =>
  function redirect(request, response) {
    if (request.url === "/start") response.writeHead(status, { location }).end()
    else response.end(`at ${request.url}`)
  }

describe("redirects", () => {
  test("each begins anew: an address that is not allowed is not reached", async () => {
    one.handler = redirectTo(`http://localhost:${two.port}/inner`)
    fixture.resolve = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }])

    const refused = await allowed().refusal(asked(urlOf(one, "/start")))

    expect(refused.code).toBe("HOST_NOT_ALLOWED")
    expect(two.seen).toEqual([])
  })

  test("another server is not told what was for the first one, and a POST becomes a GET", async () => {
    one.handler = redirectTo(urlOf(two, "/there"))
    const headers = [
      ["authorization", "Bearer secret"],
      ["cookie", "a=1"],
      ["content-type", "text/plain"],
      ["x-kept", "yes"],
    ]

    const { head } = await fetched(allowed(), asked(urlOf(one, "/start"), { method: "POST", headers }), "body")

    expect(head).toMatchObject({ status: 200, redirected: true, url: urlOf(two, "/there") })
    const [seen] = two.seen
    expect(seen).toMatchObject({ method: "GET", body: "", headers: { "x-kept": "yes" } })
    for (const name of ["authorization", "cookie", "content-type"]) expect(seen!.headers[name]).toBeUndefined()
  })

  test("307 keeps method and body, and the same server keeps credentials", async () => {
    one.handler = redirectTo("/again", 307)
    const headers = [["authorization", "Bearer secret"]]

    await fetched(allowed(), asked(urlOf(one, "/start"), { method: "PUT", headers }), "body")

    expect(one.seen[1]).toMatchObject({
      method: "PUT",
      url: "/again",
      body: "body",
      headers: { authorization: "Bearer secret" },
    })
  })

  test("they may be given as they are, or be an error; and there is a limit", async () => {
    one.handler = redirectTo("/start")

    const manual = await fetched(allowed(), asked(urlOf(one, "/start"), { redirect: "manual" }))
    expect(manual.head).toMatchObject({ status: 302, redirected: false })
    expect((await allowed().refusal(asked(urlOf(one, "/start"), { redirect: "error" }))).code).toBe("FETCH_FAILED")
    one.seen.length = 0
    const endless = await allowed().refusal(asked(urlOf(one, "/start")))
    expect(endless).toMatchObject({
      code: "FETCH_FAILED",
      message: expect.stringContaining("more than 5 times") as string,
    })
    expect(one.seen).toHaveLength(6)
  })

  test("one from outside does not lead into the server itself", async () => {
    fixture.ownUrl = urlOf(two, "")
    one.handler = redirectTo(urlOf(two, "/api/collections/users"))

    const { text } = await fetched(allowed(), asked(urlOf(one, "/start")))

    // Over the network, as anybody: the manifest names the address.
    expect(text).toBe("hello")
    expect(fixture.dispatched).toEqual([])
  })
})

describe("answers", () => {
  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
  ])("are unpacked: %s", async (encoding, pack) => {
    one.handler = (_request, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(pack("x".repeat(100_000)))
    }

    const { head, text } = await fetched(allowed(), asked(urlOf(one)))

    expect(text).toBe("x".repeat(100_000))
    expect(head.headers.some(([name]) => name === "content-encoding" || name === "content-length")).toBe(false)
  })

  test("that would be too large, also when unpacked, are given up", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
    one.handler = (request, response) => {
      if (request.url === "/bomb") response.writeHead(200, { "content-encoding": "gzip" }).end(bomb)
      else if (request.url === "/twice")
        response.writeHead(200, { "content-encoding": "gzip, gzip" }).end(gzipSync(bomb))
      else {
        const chunk = Buffer.alloc(256 * 1024)
        const more = (): void => {
          while (!response.destroyed && response.write(chunk));
        }
        response.on("drain", more)
        more()
      }
    }
    const before = process.memoryUsage().rss
    for (const path of ["/bomb", "/twice", "/endless"]) {
      // oxlint-disable-next-line no-await-in-loop -- one after the other, for the memory
      expect((await allowed().refusal(asked(urlOf(one, path)))).code, path).toBe("ANSWER_TOO_LARGE")
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024)
  })

  test("that are no valid gzip, or end early, are failures of the request", async () => {
    one.handler = (request, response) => {
      if (request.url === "/gzip") response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip")
      else {
        response.writeHead(200, { "content-length": "100" })
        response.write("early", () => response.destroy())
      }
    }

    expect(await allowed().refusal(asked(urlOf(one, "/gzip")))).toMatchObject({ code: "FETCH_FAILED" })
    expect(await allowed().refusal(asked(urlOf(one, "/early")))).toMatchObject({ code: "FETCH_FAILED" })
    const { port } = one
    one.server.closeAllConnections()
    one.server.close()
    expect((await allowed().refusal(asked(`http://127.0.0.1:${port}/`))).message).toContain("nobody listens there")
  })
})

const slow = (): { readonly arrived: Promise<unknown>; readonly left: Promise<unknown> } => {
  const arrived = Promise.withResolvers<void>()
  const left = Promise.withResolvers<void>()
  one.handler = (_request, response) => {
    response.writeHead(200)
    response.write("some")
    response.on("close", () => left.resolve())
    arrived.resolve()
  }
  return { arrived: arrived.promise, left: left.promise }
}

describe("the end of the call", () => {
  test("ends its requests, at the other end too", async () => {
    const { arrived, left } = slow()
    const call = allowed()
    const refused = call.refusal(asked(urlOf(one)))
    await arrived

    call.end()

    expect((await refused).code).toBe("ABORTED")
    await left
  })

  test("an operation may be ended by itself, and the deadline ends it too", async () => {
    const { arrived, left } = slow()
    const call = allowed()
    const ending = new AbortController()
    const answer = call.answer(asked(urlOf(one)), "", ending.signal).catch((error: unknown) => error)
    await arrived
    ending.abort()
    expect(await answer).toMatchObject({ code: "ABORTED" })
    await left

    slow()
    const brief = fixture.call({ manifest: { allowedHosts: ["127.0.0.1"] }, timeoutMs: 50 })
    expect((await brief.refusal(asked(urlOf(one)))).code).toBe("ABORTED")
  })

  test("sixteen of one call are under way at a time, and the others follow", async () => {
    const waiting: (() => void)[] = []
    let most = 0
    one.handler = (_request, response) => {
      waiting.push(() => response.end("done"))
      most = Math.max(most, waiting.length)
      if (waiting.length === 16) setTimeout(() => waiting.splice(0).forEach((go) => go()), 20)
    }
    const call = allowed()

    const all = await Promise.all(Array.from({ length: 48 }, () => fetched(call, asked(urlOf(one)))))

    expect(all).toHaveLength(48)
    expect(most).toBe(16)
  })
})

describe("to the server itself", () => {
  test("goes to the router as the caller of the call, without a socket or an entry in the manifest", async () => {
    const call = fixture.call({ caller: callerOf("ada") })
    fixture.inner = () => Promise.resolve({ status: 201, headers: [["location", "/x"]], body: Buffer.from("made") })

    const { head, text } = await fetched(
      call,
      asked(`${fixture.ownUrl}/api/collections/posts?fields=id`, { method: "POST", headers: [["x-a", "1"]] }),
      "{}",
    )

    expect(head).toMatchObject({ status: 201, url: `${fixture.ownUrl}/api/collections/posts?fields=id` })
    expect(text).toBe("made")
    const [{ request, from }] = fixture.dispatched as [(typeof fixture.dispatched)[0]]
    expect(request).toMatchObject({ method: "POST", url: "/api/collections/posts?fields=id", headers: [["x-a", "1"]] })
    expect(from.caller.auth.id).toBe("ada")
    expect(from.invocation).toBe(call.invocation)
  })

  test("works where no port is open, and follows redirects within the server", async () => {
    fixture.ownUrl = null
    fixture.inner = (request) =>
      Promise.resolve(
        request.url === "/a"
          ? { status: 302, headers: [["location", "/b"]], body: new Uint8Array() }
          : { status: 200, headers: [], body: Buffer.from(request.url) },
      )

    const { head, text } = await fetched(fixture.call(), asked("http://alyx.internal/a"))

    expect(text).toBe("/b")
    expect(head).toMatchObject({ url: "http://alyx.internal/b", redirected: true })
  })
})

test("a function calls another as the same caller, with the rest of its time", async () => {
  const call = fixture.call({ caller: callerOf("ada") })
  fixture.invoke = ({ name, input, caller, parent, trigger }) => {
    expect({ name, auth: caller.auth.id, parent: parent === call.invocation, trigger: trigger.type }).toEqual({
      name: "other",
      auth: "ada",
      parent: true,
      trigger: "function",
    })
    return Promise.resolve({ output: input, head: null, style: "define", executionId: "e", durationMs: 1 })
  }

  expect(await call.ask({ op: "invoke", name: "other" }, '{"n":1}')).toEqual({ n: 1 })
  expect((await call.refusal({ op: "invoke", name: 7 as never }, "")).code).toBe("BAD_REQUEST")
})
