import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from "node:zlib"

import { describe, expect, test } from "vitest"

import { callerOf } from "../host-fixture.ts"
import { asked, fetched, urlOf, useOutgoing } from "./outgoing-fixture.ts"

const fixture = useOutgoing()

describe("answers", () => {
  test.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
    ["deflate", deflateRawSync],
  ])("are unpacked: %s", async (encoding, pack) => {
    fixture.one.handler = (_request, response) => {
      response.writeHead(200, { "content-encoding": encoding }).end(pack("x".repeat(100_000)))
    }

    const { head, text } = await fetched(fixture.allowed(), asked(urlOf(fixture.one)))

    expect(text).toBe("x".repeat(100_000))
    expect(head.headers.some(([name]) => name === "content-encoding" || name === "content-length")).toBe(false)
  })

  test("that would be too large, also when unpacked, are given up", async () => {
    const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024))
    fixture.one.handler = (request, response) => {
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
      expect((await fixture.allowed().refusal(asked(urlOf(fixture.one, path)))).code, path).toBe("ANSWER_TOO_LARGE")
    }
    expect(process.memoryUsage().rss - before).toBeLessThan(150 * 1024 * 1024)
  })

  test("that are no valid gzip, or end early, are failures of the request", async () => {
    fixture.one.handler = (request, response) => {
      if (request.url === "/gzip") response.writeHead(200, { "content-encoding": "gzip" }).end("no gzip")
      else {
        response.writeHead(200, { "content-length": "100" })
        response.write("early", () => response.destroy())
      }
    }

    expect(await fixture.allowed().refusal(asked(urlOf(fixture.one, "/gzip")))).toMatchObject({ code: "FETCH_FAILED" })
    expect(await fixture.allowed().refusal(asked(urlOf(fixture.one, "/early")))).toMatchObject({ code: "FETCH_FAILED" })
    const { port } = fixture.one
    fixture.one.server.closeAllConnections()
    fixture.one.server.close()
    expect((await fixture.allowed().refusal(asked(`http://127.0.0.1:${port}/`))).message).toContain(
      "nobody listens there",
    )
  })
})

const slow = (): { readonly arrived: Promise<unknown>; readonly left: Promise<unknown> } => {
  const arrived = Promise.withResolvers<void>()
  const left = Promise.withResolvers<void>()
  fixture.one.handler = (_request, response) => {
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
    const call = fixture.allowed()
    const refused = call.refusal(asked(urlOf(fixture.one)))
    await arrived

    call.end()

    expect((await refused).code).toBe("ABORTED")
    await left
  })

  test("an operation may be ended by itself, and the deadline ends it too", async () => {
    const { arrived, left } = slow()
    const call = fixture.allowed()
    const ending = new AbortController()
    const answer = call.answer(asked(urlOf(fixture.one)), "", ending.signal).catch((error: unknown) => error)
    await arrived
    ending.abort()
    expect(await answer).toMatchObject({ code: "ABORTED" })
    await left

    slow()
    const brief = fixture.host.call({ manifest: { allowedHosts: ["127.0.0.1"] }, timeoutMs: 50 })
    expect((await brief.refusal(asked(urlOf(fixture.one)))).code).toBe("ABORTED")
  })

  test("sixteen of one call are under way at a time, and the others follow", async () => {
    const waiting: (() => void)[] = []
    let most = 0
    fixture.one.handler = (_request, response) => {
      waiting.push(() => response.end("done"))
      most = Math.max(most, waiting.length)
      if (waiting.length === 16) setTimeout(() => waiting.splice(0).forEach((go) => go()), 20)
    }
    const call = fixture.allowed()

    const all = await Promise.all(Array.from({ length: 48 }, () => fetched(call, asked(urlOf(fixture.one)))))

    expect(all).toHaveLength(48)
    expect(most).toBe(16)
  })
})

describe("to the server itself", () => {
  test("goes to the router as the caller of the call, without a socket or an entry in the manifest", async () => {
    const call = fixture.host.call({ caller: callerOf("ada") })
    fixture.host.inner = () =>
      Promise.resolve({ status: 201, headers: [["location", "/x"]], body: Buffer.from("made") })

    const { head, text } = await fetched(
      call,
      asked(`${fixture.host.ownUrl}/api/collections/posts?fields=id`, { method: "POST", headers: [["x-a", "1"]] }),
      "{}",
    )

    expect(head).toMatchObject({ status: 201, url: `${fixture.host.ownUrl}/api/collections/posts?fields=id` })
    expect(text).toBe("made")
    const [{ request, from }] = fixture.host.dispatched as [(typeof fixture.host.dispatched)[0]]
    expect(request).toMatchObject({ method: "POST", url: "/api/collections/posts?fields=id", headers: [["x-a", "1"]] })
    expect(from.caller.auth.id).toBe("ada")
    expect(from.invocation).toBe(call.invocation)
  })

  test("works where no port is open, and follows redirects within the server", async () => {
    fixture.host.ownUrl = null
    fixture.host.inner = (request) =>
      Promise.resolve(
        request.url === "/a"
          ? { status: 302, headers: [["location", "/b"]], body: new Uint8Array() }
          : { status: 200, headers: [], body: Buffer.from(request.url) },
      )

    const { head, text } = await fetched(fixture.host.call(), asked("http://alyx.internal/a"))

    expect(text).toBe("/b")
    expect(head).toMatchObject({ url: "http://alyx.internal/b", redirected: true })
  })
})

test("a function calls another as the same caller, with the rest of its time", async () => {
  const call = fixture.host.call({ caller: callerOf("ada") })
  fixture.host.invoke = ({ name, input, caller, parent, trigger }) => {
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
