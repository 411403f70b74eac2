import { once } from "node:events"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { type AddressInfo, connect, type Socket } from "node:net"

import { expect, onTestFinished, test, vi } from "vitest"

import { Connection } from "../../../src/daemon/http/connection.ts"

/** More than the system takes of an answer that nobody reads. */
const largeAnswer = Buffer.alloc(16_000_000, "x")

test("a client that takes nothing of its answer is cut off", async () => {
  const closed = Promise.withResolvers<{ wasTaken: boolean }>()
  const { open } = await startServer({
    stalledMs: 50,
    onRequest(request, response) {
      response.on("close", () => closed.resolve({ wasTaken: response.writableFinished }))
      answer(request, response)
    },
  })
  const client = await open()
  client.pause()

  client.write(get("/large"))

  expect(await closed.promise).toEqual({ wasTaken: false })
})

test("a client that takes its answer slowly gets all of it", async () => {
  // All of it takes longer than that, no part of it does, also on a busy machine.
  const { open } = await startServer({ stalledMs: 1_000 })
  const client = await open()
  let received = 0
  client.on("data", (chunk: Buffer) => {
    received += chunk.length
    client.pause()
    setTimeout(() => client.resume(), 6)
  })

  client.write(get("/large"))
  await vi.waitFor(() => expect(received).toBeGreaterThan(largeAnswer.length), { timeout: 60_000 })

  expect(client.readyState).toBe("open")
})

test("what a client pipelines behind an answer that it does not take waits until it does, and comes in order", async () => {
  const { open, asked, until } = await startServer()
  const client = await open()
  client.pause()

  client.write(get("/large") + get("/1") + get("/2") + get("/3"))
  await until("/large")
  client.write(get("/4"))
  await new Promise(setImmediate)
  const before = [...asked]
  const urls = urlsOf(client, 5)

  expect(before).toEqual(["/large"])
  expect(await urls).toEqual(["/large", "/1", "/2", "/3", "/4"])
})

test("a pipelining client has some requests in work at once, and the others wait", async () => {
  const held: ServerResponse[] = []
  const { open, asked } = await startServer({ onRequest: (_request, response) => void held.push(response) })
  const client = await open()

  client.write(Array.from({ length: 40 }, (_, index) => get(`/${index}`)).join(""))
  await vi.waitFor(() => expect(asked).toHaveLength(32))
  const urls = urlsOf(client, 40)
  while (asked.length < 40 || held.length > 0) {
    const response = held.shift()
    response?.setHeader("x-url", response.req.url!).end()
    await new Promise(setImmediate)
  }

  expect(await urls).toEqual(Array.from({ length: 40 }, (_, index) => `/${index}`))
})

test("the requests of a client that leaves are forgotten", async () => {
  const { open, asked, until } = await startServer()
  const client = await open()
  client.pause()
  client.write(get("/large") + get("/1"))
  await until("/large")

  client.destroy()
  const other = await open()
  other.write(get("/2"))

  expect(await urlsOf(other, 1)).toEqual(["/2"])
  expect(asked).toEqual(["/large", "/2"])
})

interface ServerOptions {
  readonly stalledMs?: number
  readonly onRequest?: (request: IncomingMessage, response: ServerResponse) => void
}

async function startServer({ stalledMs = 60_000, onRequest = answer }: ServerOptions = {}) {
  const asked: string[] = []
  const connections = new Map<Socket, Connection>()
  const server = createServer((request, response) => connections.get(request.socket)!.receive(request, response))
  const seen = new Map<string, () => void>()
  server.on("connection", (socket) => {
    const connection = new Connection({
      socket,
      stalledMs,
      idleMs: 60_000,
      onRequest(request, response) {
        asked.push(request.url!)
        onRequest(request, response)
        seen.get(request.url!)?.()
      },
      onAnswered: () => undefined,
    })
    connections.set(socket, connection)
  })
  const watch = setInterval(() => connections.forEach((connection) => connection.watch()), 20)
  await once(server.listen(0, "127.0.0.1"), "listening")
  onTestFinished(async () => {
    clearInterval(watch)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return {
    asked,
    open: async (): Promise<Socket> => {
      const client = connect(port, "127.0.0.1")
      client.on("error", () => undefined)
      onTestFinished(() => void client.destroy())
      await once(client, "connect")
      return client
    },
    until: (url: string) =>
      asked.includes(url) ? Promise.resolve() : new Promise<void>((resolve) => void seen.set(url, resolve)),
  }
}

function answer(request: IncomingMessage, response: ServerResponse): void {
  response.setHeader("x-url", request.url!).end(request.url === "/large" ? largeAnswer : "small")
}

function get(url: string): string {
  return `GET ${url} HTTP/1.1\r\nhost: localhost\r\n\r\n`
}

/** Reads until so many answers have come, and says which they were. */
async function urlsOf(client: Socket, count: number): Promise<string[]> {
  const urls: string[] = []
  let rest = ""
  client.setEncoding("latin1")
  client.resume()
  for await (const chunk of client) {
    rest += chunk
    for (const [line, url] of rest.matchAll(/x-url: (\S+)\r\n/g)) {
      urls.push(url!)
      rest = rest.slice(rest.indexOf(line) + line.length)
    }
    rest = rest.slice(-100)
    if (urls.length >= count) break
  }
  return urls
}
