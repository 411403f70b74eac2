import { connect, type Socket } from "node:net"

/** How many connections are opened at once. */
const openingMax = 100

/** How long one change may take to reach everyone. */
const arrivalTimeoutMs = 60_000

/**
 * Many clients of one server, as cheap as they can be: bare connections that note when something comes. One change is
 * under way at a time, so the first bytes after it are its arrival.
 */
export class Subscribers {
  readonly #sockets: Socket[] = []
  #onData: (socket: Socket, chunk: Buffer) => void = () => undefined

  get count(): number {
    return this.#sockets.length
  }

  /** Opens connections and lets each of them subscribe; `begin` resolves when its client has what it follows. */
  async open(port: number, count: number, begin: (client: Socket, index: number) => Promise<void>): Promise<void> {
    for (let start = 0; start < count; start += openingMax) {
      const many = Array.from({ length: Math.min(openingMax, count - start) }, async (_, offset) => {
        const socket = connect({ port, host: "127.0.0.1" }).setNoDelay(true)
        await new Promise((resolve, reject) => socket.once("connect", resolve).once("error", reject))
        await begin(socket, start + offset)
        socket.on("data", (chunk: Buffer) => {
          if (isPing(chunk)) answerPing(socket, chunk)
          else this.#onData(socket, chunk)
        })
        this.#sockets.push(socket)
      })
      await Promise.all(many)
    }
  }

  /** Makes a change, and returns how long it took to reach each of so many clients, in milliseconds. */
  async arrivals(expected: number, change: () => Promise<unknown>): Promise<number[]> {
    const took: number[] = []
    const reached = new Set<Socket>()
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const began = performance.now()
    this.#onData = (socket) => {
      if (reached.has(socket)) return
      reached.add(socket)
      took.push(performance.now() - began)
      if (took.length === expected) resolve()
    }
    const timer = setTimeout(() => reject(new Error(`${took.length} of ${expected} heard of it.`)), arrivalTimeoutMs)
    await Promise.all([change(), promise]).finally(() => clearTimeout(timer))
    // Whoever should not have heard of it has had its time to do so.
    await new Promise((done) => setTimeout(done, 5))
    if (took.length !== expected) throw new Error(`${took.length} heard of it, and ${expected} should have.`)
    return took
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

/** Waits until what a client was sent contains the words. */
export function heard(socket: Socket, words: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ""
    const take = (chunk: Buffer): void => {
      text += chunk.toString("latin1")
      if (!text.includes(words)) return
      socket.off("data", take)
      resolve(text)
    }
    socket.on("data", take)
    socket.once("close", () => reject(new Error(`The connection ended before ${words} came: ${text.slice(0, 500)}`)))
  })
}

/** A text frame of a client, with a mask of zeroes. */
export function clientFrame(text: string, opcode = 1): Buffer {
  const payload = Buffer.from(text)
  const head = payload.length < 126 ? [payload.length] : [126, payload.length >> 8, payload.length & 255]
  return Buffer.concat([Buffer.from([0x80 | opcode, 0x80 | head[0]!, ...head.slice(1), 0, 0, 0, 0]), payload])
}

function isPing(chunk: Buffer): boolean {
  return chunk[0] === 0x89
}

function answerPing(socket: Socket, chunk: Buffer): void {
  socket.write(clientFrame(chunk.subarray(2).toString("latin1"), 10))
}
