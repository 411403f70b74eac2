import { once } from "node:events"
import { connect } from "node:net"
import path from "node:path"

import { expect, onTestFinished, test } from "vitest"

import type { LogEntry } from "../../../src/protocol/admin-api.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { startHttp } from "./http-fixture.ts"

test("a reader that stops reading holds a bounded part of ten thousand entries, and is told of the rest", async () => {
  const { app, activity } = await startHttp()
  const socketPath = path.join(await tempFolder(), "admin.sock")
  await app.listenLocal(socketPath)
  const reader = connect(socketPath)
  onTestFinished(() => void reader.destroy())
  reader.write("GET /api/admin/logs?tail=0 HTTP/1.1\r\nhost: localhost\r\n\r\n")
  await once(reader, "readable")
  const text = "x".repeat(2_000)
  const count = 10_000

  for (let entry = 1; entry <= count; entry += 1) {
    activity.log("info", text)
    if (entry % 100 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  activity.log("warn", "the end")
  const entries = await readUntil(reader, "the end")

  const lost = entries.filter((entry) => entry.kind === "lost")
  const lostCount = lost.reduce((sum, entry) => sum + entry.count, 0)
  expect(lost).toHaveLength(1)
  expect(entries.length - lost.length + lostCount).toBe(count + 1)
  // A thousand wait, and the buffers of the two sockets hold some hundreds of 2 kB.
  expect(entries.length).toBeLessThan(2_000)
  expect(entries.at(-1)).toMatchObject({ seq: count + 1, message: "the end" })
})

async function readUntil(reader: ReturnType<typeof connect>, last: string): Promise<LogEntry[]> {
  let received = ""
  reader.setEncoding("utf8")
  for await (const chunk of reader as AsyncIterable<string>) {
    received += chunk
    if (received.includes(last)) break
  }
  // Chunks of HTTP may end anywhere, but each event is written as one.
  return [...received.matchAll(/^data: (.*)$/gm)].map(([, json]) => JSON.parse(json!) as LogEntry)
}
