import { expect, test, vi } from "vitest"

import { DaemonClient } from "../../src/client/daemon-client.ts"
import { planMigration } from "../../src/client/plan-migration.ts"
import { serveWritten } from "../../src/client/serve-written.ts"
import { listenOnSocket } from "../helpers/socket-server.ts"

const plan = { hash: "h", from: "a", to: "b", files: [], changes: [], problems: [], isLossy: false, estimateMs: 0 }

/** A daemon that plans for longer than any answer may take, and so answers only who listens to how far it is. */
async function slowPlanner(): Promise<DaemonClient> {
  const socketPath = await listenOnSocket((request, response) => {
    if (request.url === "/api/admin/stats") return void response.end(JSON.stringify({ problem: null }))
    if (request.headers.accept !== "text/event-stream") return
    response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders()
    setTimeout(() => response.end(`data: ${JSON.stringify({ event: "result", data: plan })}\n\n`), 100)
  })
  return new DaemonClient({ socketPath, pid: 1_000, startedAt: "2026-11-21T08:30:00.000Z" })
}

test("a plan may take longer than other answers, for whoever asks for it", async () => {
  const client = await slowPlanner()
  const onProgress = vi.fn()

  const answers = await Promise.all([planMigration(client), serveWritten(client, { autoMigrate: false, onProgress })])

  expect(answers).toEqual([plan, []])
})
