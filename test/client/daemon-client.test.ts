import type { RequestListener } from "node:http"

import { describe, expect, test } from "vitest"

import { DaemonClient } from "../../src/client/daemon-client.ts"
import type { LogEntry } from "../../src/protocol/admin-api.ts"
import { listenOnSocket } from "../helpers/socket-server.ts"

const entry = (seq: number): LogEntry => ({
  kind: "log",
  seq,
  time: "2026-11-21T08:30:15.000Z",
  level: "info",
  message: `line ${seq}`,
})

const identity = { pid: 1_000, startedAt: "2026-11-21T08:30:00.000Z" }

/** Answers who the daemon is, and leaves everything else to the listener. */
function daemonThatIs(daemon: typeof identity, listener: RequestListener): RequestListener {
  return (request, response) => {
    if (request.url === "/api/admin/stats") response.end(JSON.stringify({ daemon }))
    else listener(request, response)
  }
}

const written = (seq: number): string => `id: ${seq}\ndata: ${JSON.stringify(entry(seq))}\n\n`

describe("DaemonClient.logs", () => {
  test("the query says what is wanted, and the end of the answer ends the entries", async () => {
    const asked: string[] = []
    const socketPath = await listenOnSocket((request, response) => {
      asked.push(request.url ?? "")
      response.end(written(1) + written(2))
    })

    const entries = await collect(
      new DaemonClient({ socketPath, ...identity }).logs({ tail: 5, follow: false, kinds: ["log", "reload"] }),
    )

    expect(entries).toEqual([entry(1), entry(2)])
    expect(asked).toEqual(["/api/admin/logs?tail=5&follow=false&kind=log&kind=reload"])
  })

  test("a connection that breaks is taken up after the last entry", async () => {
    const resumedAfter: (string | undefined)[] = []
    const socketPath = await listenOnSocket(
      daemonThatIs(identity, (request, response) => {
        const lastId = request.headers["last-event-id"] as string | undefined
        resumedAfter.push(lastId)
        response.write(lastId === undefined ? written(1) + written(2) : written(3))
        if (lastId === undefined) setImmediate(() => response.destroy())
      }),
    )

    const entries: LogEntry[] = []
    for await (const next of new DaemonClient({ socketPath, ...identity }).logs({ tail: 10, follow: true })) {
      entries.push(next)
      if (entries.length === 3) break
    }

    expect(entries).toEqual([entry(1), entry(2), entry(3)])
    expect(resumedAfter).toEqual([undefined, "2"])
  })

  test("the log of another daemon on the same socket is not taken for the same one", async () => {
    const successor = { ...identity, pid: 2_000 }
    const socketPath = await listenOnSocket(
      daemonThatIs(successor, (_request, response) => {
        response.write(written(1))
        setImmediate(() => response.destroy())
      }),
    )

    const entries = await collect(new DaemonClient({ socketPath, ...identity }).logs({ tail: 10, follow: true }))

    expect(entries).toEqual([entry(1)])
  })

  test("a signal ends the following without an error", async () => {
    const controller = new AbortController()
    const socketPath = await listenOnSocket((_request, response) => void response.write(written(1)))

    const entries: LogEntry[] = []
    const following = new DaemonClient({ socketPath, ...identity }).logs({
      tail: 1,
      follow: true,
      signal: controller.signal,
    })
    for await (const next of following) {
      entries.push(next)
      controller.abort()
    }

    expect(entries).toEqual([entry(1)])
  })
})

async function collect(entries: AsyncIterable<LogEntry>): Promise<LogEntry[]> {
  const all: LogEntry[] = []
  for await (const next of entries) all.push(next)
  return all
}
