import { connect } from "node:net"

/** What is sent over each connection: whole requests, each when the last one was answered. */
export interface KeepAliveLoad {
  readonly url: string
  readonly connectionCount: number
  readonly requestCount: number
  /** The method, target and JSON body of a request, by its number. */
  readonly request: (number: number) => readonly [method: string, target: string, body?: unknown]
  /** Called with how many were answered, after each. */
  readonly onAnswer: (count: number) => void
}

/** Sends requests over connections that stay open, as fast as they are answered; counts the answers by status. */
export async function sendOverKeepAlive(load: KeepAliveLoad): Promise<ReadonlyMap<number, number>> {
  const statuses = new Map<number, number>()
  const progress = { sent: 0, answered: 0 }
  const onStatus = (status: number): void => {
    statuses.set(status, (statuses.get(status) ?? 0) + 1)
    progress.answered += 1
    load.onAnswer(progress.answered)
  }
  const clients = Array.from({ length: load.connectionCount }, () =>
    runClient(load, () => (progress.sent < load.requestCount ? progress.sent++ : null), onStatus),
  )
  await Promise.all(clients)
  return statuses
}

function runClient(load: KeepAliveLoad, next: () => number | null, onStatus: (status: number) => void): Promise<void> {
  const { hostname, port } = new URL(load.url)
  const socket = connect({ host: hostname, port: Number(port), noDelay: true })
  let pending: Buffer = Buffer.alloc(0)
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const send = (): void => {
    const number = next()
    if (number === null) socket.end()
    else socket.write(requestText(load.request(number)))
  }
  socket.on("connect", send)
  socket.on("error", reject)
  socket.on("close", () => resolve())
  socket.on("data", (chunk: Buffer) => {
    pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
    const headEnd = pending.indexOf("\r\n\r\n")
    if (headEnd === -1) return
    const head = pending.toString("latin1", 0, headEnd)
    const bodyLength = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0)
    if (pending.length < headEnd + 4 + bodyLength) return
    pending = pending.subarray(headEnd + 4 + bodyLength)
    onStatus(Number(head.slice(9, 12)))
    send()
  })
  return promise
}

function requestText([method, target, body]: ReturnType<KeepAliveLoad["request"]>): string {
  const text = body === undefined ? "" : JSON.stringify(body)
  const type =
    body === undefined ? "" : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(text)}\r\n`
  return `${method} ${target} HTTP/1.1\r\nhost: localhost\r\n${type}\r\n${text}`
}
