import { randomBytes } from "node:crypto"

import { expect, test } from "vitest"

import { scaled, testSeed } from "../../helpers/scale.ts"
import { openRaw } from "../http/http-fixture.ts"
import { startLive } from "./live-fixture.ts"
import { Dice } from "../../helpers/dice.ts"
import { openSocket } from "./socket-client.ts"

const handshake =
  "GET /api/realtime HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
  "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n"

const words = ["subscribe", "unsubscribe", "auth", "ping", "notes", "sub_1", "__proto__", "constructor", "", "\u0000"]
const names = ["id", "type", "payload", "collection", "filter", "sort", "limit", "expand", "since", "token", "$in"]

/** Something that JSON can say, more or less like a message. */
function anything(pick: (below: number) => number, depth = 0): unknown {
  const kind = pick(depth > 4 ? 5 : 8)
  if (kind === 0) return null
  if (kind === 1) return pick(2) === 0
  if (kind === 2) return [0, -1, 1e308, 0.5, 2 ** 53][pick(5)]
  if (kind < 5) return words[pick(words.length)]
  if (kind === 5) return Array.from({ length: pick(4) }, () => anything(pick, depth + 1))
  return Object.fromEntries(
    Array.from({ length: pick(5) }, () => [names[pick(names.length)]!, anything(pick, depth + 1)]),
  )
}

/** A message whose members have the right names, and anything else in them. */
function almost(pick: (below: number) => number): unknown {
  return { id: `m${pick(10)}`, type: words[pick(4)], payload: { collection: "notes", ...(anything(pick) as object) } }
}

test("whatever is said, nothing breaks, no bug shows, and the next client is served", async () => {
  const seed = testSeed()
  const dice = new Dice(seed)
  const pick = (bound: number): number => dice.below(bound)
  const unlimited = { messagesPerSecond: 1_000_000, messagesAtOnce: 1_000_000 }
  const { port, logLines } = await startLive({ limits: unlimited, server: { maxConnections: 5_000 } })
  const count = scaled(20_000, 300)
  const answers = new Map<string, number>()
  let client = await openSocket(port)
  for (let sent = 0; sent < count; sent += 1) {
    client.sayRaw(JSON.stringify(pick(2) === 0 ? almost(pick) : anything(pick)))
    if (sent % 100 === 99) {
      await client.ask({ type: "ping" })
      for (const { type } of client.heard) answers.set(type, (answers.get(type) ?? 0) + 1)
      client.ws.terminate()
      client = await openSocket(port)
    }
  }
  for (let frames = 0; frames < scaled(500, 20); frames += 1) {
    const raw = await openRaw(port)
    raw.write(handshake)
    await raw.until(/101 Switching/)
    raw.write(randomBytes(1 + pick(2_000)))
    raw.socket.destroy()
  }
  expect([...answers.keys()]).toEqual(expect.arrayContaining(["pong", "error", "snapshot"]))
  const last = await openSocket(port)
  expect(await last.ask({ type: "ping" })).toMatchObject({ type: "pong" })
  const bugs = logLines.filter(({ level }) => level === "error")
  expect(bugs, `ALYX_TEST_SEED=${seed}, ${count} messages`).toEqual([])
})
