import { request } from "node:http"
import path from "node:path"

import { onTestFinished } from "vitest"

import type { LogEntry } from "../../src/protocol/admin-api.ts"

/** The entries of a daemon's activity, one after the other. */
export interface FollowedActivity {
  /** The next entry that was not taken yet and satisfies the guard; waits for it. */
  next<Entry extends LogEntry>(guard: (entry: LogEntry) => entry is Entry): Promise<Entry>
}

/** Follows GET /api/admin/logs over the local socket of the daemon in a folder until the test ends. */
export function followActivity(folder: string): Promise<FollowedActivity> {
  const entries: LogEntry[] = []
  let wake: (() => void) | undefined
  return new Promise((resolve, reject) => {
    const socketPath = path.join(folder, ".alyx/daemon.sock")
    const asking = request({ socketPath, path: "/api/admin/logs?tail=1000", headers: { host: "localhost" } })
    asking.on("error", reject)
    asking.on("response", (response) => {
      let rest = ""
      response.setEncoding("utf8")
      response.on("error", () => undefined)
      response.on("data", (text: string) => {
        const events = (rest + text).split("\n\n")
        rest = events.pop()!
        for (const event of events) {
          const data = event.split("\n").find((line) => line.startsWith("data: "))
          if (data) entries.push(JSON.parse(data.slice(6)) as LogEntry)
        }
        wake?.()
      })
      resolve({
        async next<Entry extends LogEntry>(guard: (entry: LogEntry) => entry is Entry): Promise<Entry> {
          for (;;) {
            const found = entries.findIndex(guard)
            if (found !== -1) return entries.splice(0, found + 1).at(-1) as Entry
            await new Promise<void>((resume) => (wake = resume))
          }
        },
      })
    })
    asking.end()
    onTestFinished(() => void asking.destroy())
  })
}
