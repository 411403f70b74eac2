import { once } from "node:events"
import { connect } from "node:net"
import type { Socket } from "node:net"

import { expect, onTestFinished, test } from "vitest"

import { startLive } from "./live-fixture.ts"
import type { RunningLive } from "./live-fixture.ts"
import { openSocket } from "./socket-client.ts"

const notes = { type: "subscribe", payload: { collection: "notes" } } as const
const handshake =
  "GET /api/realtime HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
  "sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n\r\n"

const softBytes = 128 * 1024
const noteBytes = 300_000

/** The network between two sockets of one machine takes some megabytes before anything is left untaken. */
const writesMax = 100

/** The server takes documents of this size. */
const server = { bodyLimitBytes: 1_000_000 }

const large = (name: string): string => `${name} of ${"x".repeat(noteBytes)}`

/** A client of frames, which can stop reading. */
class Deaf {
  readonly socket: Socket
  readonly #counts = new Map<string, number>()
  readonly #looks = new Set<() => void>()

  constructor(port: number) {
    this.socket = connect({ port, host: "127.0.0.1" }).setEncoding("latin1")
    this.socket.on("error", () => undefined)
    let rest = ""
    this.socket.on("data", (text: string) => {
      for (const words of watched) {
        // What began in the piece before may end in this one, and is counted once.
        const both = rest.slice(-(words.length - 1)) + text
        this.#counts.set(words, this.count(words) + both.split(words).length - 1)
      }
      rest = (rest + text).slice(-200)
      for (const look of this.#looks) look()
    })
    onTestFinished(() => void this.socket.destroy())
  }

  count(words: string): number {
    return this.#counts.get(words) ?? 0
  }

  async until(words: string): Promise<void> {
    if (this.count(words) > 0) return
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.count(words) > 0) resolve()
      }
      this.#looks.add(look)
    })
  }

  /** Sends a message as one frame, with a mask of zeroes. */
  say(message: object): void {
    this.socket.write(frame(JSON.stringify(message), 1))
  }
}

const watched = ["101 Switching", '"type":"snapshot"', '"type":"delta"', '"reset":true', '"id":"late","type":"pong"']

function frame(text: string, opcode: number): Buffer {
  const payload = Buffer.from(text)
  const head = payload.length < 126 ? [0x80 | payload.length] : [0x80 | 126, payload.length >> 8, payload.length & 255]
  return Buffer.concat([Buffer.from([0x80 | opcode, ...head, 0, 0, 0, 0]), payload])
}

/** A client that follows notes and then reads nothing any more. */
async function openDeaf(port: number): Promise<Deaf> {
  const deaf = new Deaf(port)
  deaf.socket.write(handshake)
  await deaf.until("101 Switching")
  deaf.say(notes)
  await deaf.until('"type":"snapshot"')
  deaf.socket.pause()
  return deaf
}

/** Writes large notes until somebody is behind; returns how many. */
async function writeUntilBehind({ write, sockets }: RunningLive): Promise<number> {
  for (let count = 1; count <= writesMax; count += 1) {
    await write(large(`note ${count}`))
    if (sockets.stats().untakenBytes > softBytes) return count
  }
  throw new Error("the network took everything")
}

test("a client that reads nothing costs a bounded memory, slows nobody, and is brought up to date when it is back", async () => {
  const running = await startLive({ server })
  const { port, write, sockets } = running
  const deaf = await openDeaf(port)
  const count = await writeUntilBehind(running)
  const good = await openSocket(port)
  await good.ask(notes)
  // The snapshot of the good one has left.
  await expect.poll(() => sockets.stats().untakenBytes).toBeLessThan(softBytes + noteBytes * 2)

  const before = sockets.stats().untakenBytes
  for (let more = 1; more <= 10; more += 1) await write(large(`more ${more}`))
  await good.hear("delta", (message) => JSON.stringify(message).includes('"more 10'))
  expect(good.heard.filter(({ type }) => type === "delta")).toHaveLength(10)
  expect(sockets.stats().untakenBytes).toBeLessThanOrEqual(before)

  deaf.socket.resume()
  await deaf.until('"reset":true')
  expect(deaf.count('"type":"delta"')).toBeLessThanOrEqual(count)
  expect(sockets.stats().subscriptions).toBe(2)
})

test("a client that takes nothing for too long is cut off, and what it followed is given up", async () => {
  const running = await startLive({ server, limits: { stuckMs: 100 } })
  await openDeaf(running.port)
  await writeUntilBehind(running)
  await expect
    .poll(() => running.sockets.stats(), { timeout: 10_000 })
    .toMatchObject({ sockets: 0, subscriptions: 0, untakenBytes: 0 })
})

test("of many that are behind the longest is cut off first, so that all together take no more than they may", async () => {
  const running = await startLive({ server, limits: { behindBytesMax: 1_500_000 } })
  const deaf = await Promise.all(Array.from({ length: 8 }, () => openDeaf(running.port)))
  for (let count = 0; count < writesMax && running.sockets.stats().sockets === 8; count += 1) {
    await running.write(large(`note ${count}`))
  }
  const { sockets, untakenBytes } = running.sockets.stats()
  expect(sockets).toBeGreaterThan(1)
  expect(sockets).toBeLessThan(8)
  expect(untakenBytes).toBeLessThan(1_500_000 + softBytes * 8)
  expect(deaf.length).toBe(8)
})

test("a client that sends pings and takes no answers piles up nothing", async () => {
  const running = await startLive({ server, limits: { messagesPerSecond: 1_000_000, messagesAtOnce: 1_000_000 } })
  const { sockets } = running
  const deaf = await openDeaf(running.port)
  await writeUntilBehind(running)
  const before = sockets.stats().untakenBytes
  const flood = Buffer.concat(Array.from({ length: 1_000 }, () => frame("x".repeat(120), 9)))
  for (let count = 0; count < 100; count += 1) deaf.socket.write(flood)
  await running.write("one more")
  expect(sockets.stats().untakenBytes).toBeLessThanOrEqual(before)
  expect(sockets.stats().sockets).toBe(1)
  deaf.socket.destroy()
  await once(deaf.socket, "close")
  await expect.poll(() => sockets.stats().sockets, { timeout: 10_000 }).toBe(0)
})

test("what is asked by a client that takes nothing waits until it does", async () => {
  const running = await startLive({ server })
  const deaf = await openDeaf(running.port)
  await writeUntilBehind(running)
  deaf.say({ id: "late", type: "ping" })
  await running.write("one more")
  deaf.socket.resume()
  await deaf.until('"id":"late","type":"pong"')
  await deaf.until('"reset":true')
  expect(deaf.count('"reset":true')).toBe(1)
})

test("of many queries of a slow client each gets its turn", async () => {
  const running = await startLive({ server })
  const deaf = await openDeaf(running.port)
  deaf.socket.resume()
  for (let count = 1; count < 10; count += 1) deaf.say({ ...notes, id: `more_${count}` })
  await expect.poll(() => deaf.count('"type":"snapshot"')).toBe(10)
  deaf.socket.pause()
  await writeUntilBehind(running)
  await running.write(large("last"))
  deaf.socket.resume()
  await expect.poll(() => deaf.count('"reset":true'), { timeout: 20_000 }).toBe(10)
})
