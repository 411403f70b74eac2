import { once } from "node:events"
import { createServer, type IncomingMessage, request as ask } from "node:http"
import type { AddressInfo } from "node:net"

import { expect, onTestFinished, test } from "vitest"

import { BodyReader } from "../../../src/daemon/http/body-reader.ts"

test("a body arrives whole, however it was cut", async () => {
  const { send } = await startReader({ heldBytesMax: 1_000, limitBytes: 1_000 })

  const whole = send(["a".repeat(300), "é".repeat(50), "b"])

  expect(await whole.result).toEqual({ code: null, text: `${"a".repeat(300)}${"é".repeat(50)}b` })
})

test("bodies that are being read at once have a limit together, and the room comes back", async () => {
  const { send } = await startReader({ heldBytesMax: 1_000, limitBytes: 800 })
  const first = send(["a".repeat(700)], { isOpen: true })
  await first.arrived(700)

  const refused = await send(["b".repeat(700)]).result
  first.finish()
  const [accepted, later] = [await first.result, await send(["c".repeat(700)]).result]

  expect(refused.code).toBe("OVERLOADED")
  expect(accepted).toEqual({ code: null, text: "a".repeat(700) })
  expect(later.code).toBeNull()
})

test("a lone body gets through even when its limit is larger than the room", async () => {
  const { send } = await startReader({ heldBytesMax: 10, limitBytes: 1_000 })

  expect((await send(["a".repeat(900)]).result).code).toBeNull()
})

test("what is too large or was given up holds no room", async () => {
  const { send } = await startReader({ heldBytesMax: 1_000, limitBytes: 800 })
  const large = send(["a".repeat(900)], { isOpen: true })
  await large.arrived(900)
  const left = send(["b".repeat(700)], { isOpen: true })
  await left.arrived(700)
  left.leave()

  const gone = await left.result
  const next = await send(["c".repeat(700)]).result
  large.finish()

  expect(gone.code).toBe("BAD_REQUEST")
  expect(next.code).toBeNull()
  expect((await large.result).code).toBe("BODY_TOO_LARGE")
})

interface ReadResult {
  readonly code: string | null
  readonly text: string
}

async function startReader(options: { heldBytesMax: number; limitBytes: number }) {
  const reader = new BodyReader(options)
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const started = new Map<string, (request: IncomingMessage) => void>()
  server.on("request", (request, response) => {
    started.get(request.url ?? "")!(request)
    response.on("error", () => undefined)
  })
  let count = 0

  function send(parts: readonly string[], { isOpen = false } = {}) {
    const path = `/${(count += 1)}`
    const { promise: result, resolve } = Promise.withResolvers<ReadResult>()
    const seen = new Seen()
    started.set(path, (request) => {
      reader.read(request, options.limitBytes, (error, bytes) => {
        resolve({ code: (error as { code?: string } | null)?.code ?? null, text: bytes.toString("utf8") })
      })
      request.on("data", (chunk: Buffer) => seen.add(chunk.length))
    })
    const asking = ask({
      port: (server.address() as AddressInfo).port,
      host: "127.0.0.1",
      method: "POST",
      path,
      agent: false,
    })
    asking.on("error", () => undefined)
    for (const part of parts) asking.write(part)
    if (!isOpen) asking.end()
    return {
      result,
      finish: () => void asking.end(),
      leave: () => void asking.destroy(),
      arrived: (bytes: number) => seen.reach(bytes),
    }
  }
  return { send }
}

/** A count that can be waited for. */
class Seen {
  #count = 0
  #target = Number.POSITIVE_INFINITY
  #reached = Promise.withResolvers<void>()

  add(count: number): void {
    this.#count += count
    if (this.#count >= this.#target) this.#reached.resolve()
  }

  reach(target: number): Promise<void> {
    this.#target = target
    this.add(0)
    return this.#reached.promise
  }
}
