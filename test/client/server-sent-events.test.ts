import { describe, expect, test } from "vitest"

import { readServerSentEvents } from "../../src/client/server-sent-events.ts"
import type { ServerSentEvent } from "../../src/client/server-sent-events.ts"

describe("readServerSentEvents", () => {
  test("events arrive whole however the bytes are cut", async () => {
    const text = 'id: 7\ndata: {"a":"ü"}\n\n: still there\n\nid: 8\r\ndata: one\r\ndata: two\r\n\r\n'
    const bytes = new TextEncoder().encode(text)

    for (const size of [1, 2, 3, 5, bytes.length]) {
      const events = await collect(cut(bytes, size))

      expect(events).toEqual([
        { id: "7", data: '{"a":"ü"}' },
        { id: "8", data: "one\ntwo" },
      ])
    }
  })

  test("an event that was broken off does not arrive", async () => {
    const events = await collect(cut(new TextEncoder().encode("data: one\n\ndata: tw"), 4))

    expect(events).toEqual([{ id: undefined, data: "one" }])
  })

  test("a line without end is given up before it fills the memory", async () => {
    await expect(collect(endless())).rejects.toThrow("too long")
  })
})

async function* endless(): AsyncGenerator<Uint8Array> {
  const chunk = new Uint8Array(1024 * 1024).fill(120)
  for (;;) yield await Promise.resolve(chunk)
}

async function* cut(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.length; start += size) {
    yield await Promise.resolve(bytes.subarray(start, start + size))
  }
}

async function collect(body: AsyncIterable<Uint8Array>): Promise<ServerSentEvent[]> {
  const events: ServerSentEvent[] = []
  for await (const event of readServerSentEvents(body)) events.push(event)
  return events
}
