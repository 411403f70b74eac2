import { connect } from "node:net"
import type { Socket } from "node:net"
import { json } from "node:stream/consumers"

/** What one run of load sends. Read as JSON from stdin; the result goes to stdout as JSON. */
export interface LoadPlan {
  readonly host: string
  readonly port: number
  readonly clientCount: number
  readonly seconds: number
  /** Complete HTTP/1.1 requests, sent in turn; `{n}` in one becomes a number that never repeats. */
  readonly requests: readonly string[]
  readonly expectedStatus: number
  /** Where the numbers for `{n}` begin, so that two runs against one server never send the same one. */
  readonly firstNumber: number
}

export interface LoadResult {
  readonly requestCount: number
  readonly seconds: number
  readonly p50Ms: number
  readonly p99Ms: number
  /** Answers with another status than expected; the first of them is quoted. */
  readonly failedCount: number
  readonly firstFailure: string | null
}

/** A closed loop: each client sends its next request when the last one is answered. Raw sockets keep the load cheap. */
async function runLoad(plan: LoadPlan): Promise<LoadResult> {
  const latencies: number[] = []
  const failures: string[] = []
  const counter = { next: plan.firstNumber }
  const deadline = performance.now() + plan.seconds * 1_000
  const begin = performance.now()
  const clients = Array.from({ length: plan.clientCount }, () =>
    runClient(plan, counter, deadline, latencies, failures),
  )
  await Promise.all(clients)
  const sorted = Float64Array.from(latencies).toSorted()
  return {
    requestCount: latencies.length,
    seconds: (performance.now() - begin) / 1_000,
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    failedCount: failures.length,
    firstFailure: failures[0] ?? null,
  }
}

function runClient(
  plan: LoadPlan,
  counter: { next: number },
  deadline: number,
  latencies: number[],
  failures: string[],
): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket: Socket = connect(plan.port, plan.host)
    let sentAt = 0
    let pending: Buffer = Buffer.alloc(0)
    const send = (): void => {
      const number = counter.next
      counter.next += 1
      const request = plan.requests[number % plan.requests.length]!
      sentAt = performance.now()
      socket.write(request.includes("{n}") ? withNumber(request, number) : request)
    }
    socket.setNoDelay(true)
    socket.on("connect", send)
    socket.on("error", reject)
    socket.on("data", (chunk: Buffer) => {
      pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
      const length = responseLength(pending)
      if (length === null || pending.length < length) return
      const now = performance.now()
      latencies.push(now - sentAt)
      const status = Number(pending.toString("latin1", 9, 12))
      if (status !== plan.expectedStatus) failures.push(pending.toString("utf8", 0, Math.min(length, 600)))
      pending = pending.subarray(length)
      if (now < deadline) send()
      else socket.end(resolve)
    })
  })
}

/** Bytes of the first complete response in the buffer, or null while its end cannot be known. */
function responseLength(buffer: Buffer): number | null {
  const headEnd = buffer.indexOf("\r\n\r\n")
  if (headEnd === -1) return null
  const head = buffer.toString("latin1", 0, headEnd).toLowerCase()
  const length = /\r\ncontent-length: *(\d+)/.exec(head)
  if (length) return headEnd + 4 + Number(length[1])
  if (!head.includes("transfer-encoding: chunked")) return headEnd + 4
  const end = buffer.indexOf("0\r\n\r\n", headEnd + 4)
  return end === -1 ? null : end + 5
}

/** Puts the number in and mends Content-Length, which was counted with the placeholder. */
function withNumber(request: string, number: number): string {
  const [head, body] = request.replaceAll("{n}", String(number)).split("\r\n\r\n") as [string, string]
  return `${head.replace(/content-length: \d+/i, `Content-Length: ${Buffer.byteLength(body)}`)}\r\n\r\n${body}`
}

function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}

const plan = (await json(process.stdin)) as LoadPlan
process.stdout.write(JSON.stringify(await runLoad(plan)))
