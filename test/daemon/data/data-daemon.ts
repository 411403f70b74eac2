import { Readable } from "node:stream"

import { onTestFinished } from "vitest"

import { DaemonClient } from "../../../src/client/daemon-client.ts"
import { startDaemon } from "../../../src/daemon/daemon.ts"
import type { RunningDaemon } from "../../../src/daemon/compose/daemon-options.ts"
import { systemClock } from "../../../src/lib/clock.ts"
import type { SeedLine, SeedResponse } from "../../../src/protocol/data-api.ts"
import type { Progress } from "../../../src/protocol/progress.ts"
import { builtPrograms } from "../../helpers/built-programs.ts"
import { writeProject } from "../../helpers/running-daemon.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

/** A daemon in this process over a project of its own. */
export interface DataDaemon {
  readonly folder: string
  readonly daemon: RunningDaemon
  readonly client: DaemonClient
  readonly url: string
  readonly progress: Progress[]
  /** Seeds documents that were made here; each stands in "test:<line>". */
  readonly seed: (lines: readonly Omit<SeedLine, "at">[]) => Promise<SeedResponse>
  readonly fake: (request: object) => Promise<SeedResponse>
  /** The documents of a collection by its API, sorted by a field. */
  readonly docs: (collection: string, query?: string) => Promise<Record<string, unknown>[]>
}

/** Starts a daemon that serves a schema until the test ends. */
export async function startDataDaemon(schema: string): Promise<DataDaemon> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema, "alyx.yaml": "server:\n  port: 0\n" })
  const daemon = await startDaemon({
    root: folder,
    mode: "start",
    isForeground: true,
    isWatching: true,
    isMigrating: false,
    flags: {},
    flagWords: [],
    env: { ALYX_SERVER_INSECURE_OPEN: "true" },
    version: "0.0.0",
    clock: systemClock,
    programs: await builtPrograms(),
    output: { write: () => undefined, isTerminal: false },
    onProgress: () => undefined,
    onFatal: () => undefined,
    onShutdown: () => undefined,
  })
  onTestFinished(async () => void (await daemon.stop()))
  const client = new DaemonClient(daemon.file)
  const url = daemon.file.url!
  const progress: Progress[] = []
  const note = (step: Progress): void => void progress.push(step)
  return {
    folder,
    daemon,
    client,
    url,
    progress,
    seed: (lines) => client.postWithProgress("/api/admin/db/seed", bodyOf(lines), note),
    fake: (request) => client.postWithProgress("/api/admin/db/fake", request, note),
    docs: async (collection, query = "limit=500") => {
      const response = await fetch(`${url}/api/collections/${collection}?${query}`)
      return ((await response.json()) as { docs: Record<string, unknown>[] }).docs
    },
  }
}

/** Lines as the command line sends them. */
export function bodyOf(lines: readonly Omit<SeedLine, "at">[]): Readable {
  return Readable.from(lines.map((line, index) => `${JSON.stringify({ ...line, at: `test:${index + 1}` })}\n`))
}
