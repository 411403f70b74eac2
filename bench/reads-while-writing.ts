import { execFileSync } from "node:child_process"
import path from "node:path"

import type { LoadResult } from "./load.ts"
import { createTemplate } from "./posts.ts"
import { httpRequest, runLoad } from "./run-load.ts"
import { startAlyx } from "./servers/alyx.ts"

/** What readers see while 32 clients write, with the disk as it is and with every sync made slower. */
export interface ReadsWhileWriting {
  readonly syncDelayMs: number
  readonly read: LoadResult
  readonly write: LoadResult
}

const shimSource = path.join(import.meta.dirname, "../test/fixtures/sync-shim.c")

/** Runs 8 readers and 32 writers at once, natively and with 10 ms more a sync. Needs gcc for the second. */
export async function measureReadsWhileWriting(
  folder: string,
  options: { seconds: number; pin: readonly string[]; loadPin: readonly string[] },
): Promise<ReadsWhileWriting[]> {
  const found: ReadsWhileWriting[] = []
  for (const syncDelayMs of [0, 10]) {
    const env = syncDelayMs === 0 ? {} : { LD_PRELOAD: buildShim(folder), SYNC_SHIM_DELAY_MS: String(syncDelayMs) }
    const placed = { folder: path.join(folder, `delay-${syncDelayMs}`), port: 18_405, pin: options.pin }
    const server = await startAlyx({ ...placed, durability: "full", env })
    try {
      const shared = { host: "127.0.0.1", port: server.port, seconds: options.seconds }
      const gets = server.ids.slice(0, 1_000).map((id) => httpRequest(server, "GET", server.paths.get(id)))
      const create = httpRequest(server, "POST", server.paths.create, JSON.stringify(createTemplate))
      const write = { ...shared, clientCount: 32, requests: [create], expectedStatus: server.createdStatus }
      const read = { ...shared, clientCount: 8, requests: gets, expectedStatus: 200 }
      const [reads, writes] = await Promise.all([
        runLoad({ ...read, firstNumber: 0 }, options.loadPin),
        runLoad({ ...write, firstNumber: 1_000_000 }, options.loadPin),
      ])
      found.push({ syncDelayMs, read: reads, write: writes })
    } finally {
      await server.stop()
    }
  }
  return found
}

function buildShim(folder: string): string {
  const shim = path.join(folder, "sync-shim.so")
  execFileSync("gcc", ["-O1", "-shared", "-fPIC", "-o", shim, shimSource, "-ldl"])
  return shim
}
