import { once } from "node:events"
import { createServer, request as ask, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

import { expect, onTestFinished, test } from "vitest"

import { EventStream, type StreamEvent } from "../../../src/daemon/http/event-stream.ts"

interface TestEvent extends StreamEvent {
  readonly text?: string
  readonly lost?: number
}

test("each event has its number and its JSON", async () => {
  const { stream, read } = await openStream({})

  stream.send({ seq: 7, text: "line\nfeed" })
  stream.end()

  expect(await read()).toBe('id: 7\ndata: {"seq":7,"text":"line\\nfeed"}\n\n')
})

test("what comes after the end is dropped", async () => {
  const { stream, read } = await openStream({})

  stream.send({ seq: 1 })
  stream.end()
  stream.send({ seq: 2 })

  expect(await read()).toBe('id: 1\ndata: {"seq":1}\n\n')
})

test("a comment is sent while nothing happens", async () => {
  const { reader } = await openStream({ heartbeatMs: 5 })

  const [chunk] = await once(reader, "data")

  expect(String(chunk)).toBe(":\n\n")
})

test("a reader who is too slow loses the oldest events and is told how many", async () => {
  const { stream, response, read } = await openStream({ waitingMax: 3 })
  const large = "x".repeat(64 * 1024)

  // More than the buffers of both sockets hold, so that the rest waits in the queue of three.
  const count = 400
  for (let seq = 1; seq <= count; seq += 1) stream.send({ seq, text: large })
  const blockedAt = response.writableLength
  const reading = read()
  await once(response, "drain")
  stream.end()
  const events = (await reading)
    .split("\n\n")
    .filter((text) => text.startsWith("id:"))
    .map((text) => JSON.parse(text.slice(text.indexOf("data: ") + 6)) as TestEvent)

  expect(blockedAt).toBeLessThan(large.length * count)
  const lostAt = events.findIndex((event) => event.lost !== undefined)
  const { lost, seq } = events[lostAt]!
  expect(lost).toBe(count - (events.length - 1))
  expect(events.slice(0, lostAt).map((event) => event.seq)).toEqual(Array.from({ length: lostAt }, (_, at) => at + 1))
  expect(seq).toBe(lostAt + lost!)
  expect(events.slice(lostAt + 1).map((event) => event.seq)).toEqual([count - 2, count - 1, count])
})

async function openStream(options: { waitingMax?: number; heartbeatMs?: number }) {
  const server = createServer()
  server.listen(0, "127.0.0.1")
  await once(server, "listening")
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port } = server.address() as AddressInfo
  const asking = ask({ port, host: "127.0.0.1" }).end()
  const [, response] = (await once(server, "request")) as [unknown, ServerResponse]
  response.flushHeaders()
  const [reader] = (await once(asking, "response")) as [IncomingMessage]
  const stream = new EventStream<TestEvent>({
    response,
    waitingMax: options.waitingMax ?? 10,
    heartbeatMs: options.heartbeatMs ?? 60_000,
    lostEvent: (lost, seq) => ({ seq, lost }),
  })
  const read = async () => {
    let text = ""
    for await (const chunk of reader.setEncoding("utf8")) text += chunk
    return text
  }
  return { stream, response, reader, read }
}

test("finishing sends everything that waits, also to a reader who has taken nothing yet", async () => {
  const { stream, read } = await openStream({ waitingMax: 1_000 })
  const large = "x".repeat(64 * 1024)
  for (let seq = 1; seq <= 200; seq += 1) stream.send({ seq, text: large })

  stream.finish()

  const seqs = [...(await read()).matchAll(/^id: (\d+)$/gm)].map((match) => Number(match[1]))
  expect(seqs).toEqual(Array.from({ length: 200 }, (_, index) => index + 1))
})
