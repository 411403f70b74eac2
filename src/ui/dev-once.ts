import { DaemonClient } from "../client/daemon-client.ts"
import { ensureDaemon } from "../client/ensure-daemon.ts"
import { serveWritten } from "../client/serve-written.ts"
import type { DaemonLaunch } from "../client/spawn-daemon.ts"
import { stopDaemon } from "../client/stop-daemon.ts"
import { isAlyxError } from "../errors.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import { renderError } from "./render-error.ts"
import type { Terminal } from "./terminal.ts"

/** What `alyx dev --once` and `--until-success` are told. */
export interface DevOnceOptions {
  readonly launch: DaemonLaunch
  readonly version: string
  readonly terminal: Terminal
  readonly readText: (file: string) => string | undefined
  /** Applies pending migration files too. */
  readonly autoMigrate: boolean
  /** Goes on trying, whenever a file is saved, instead of failing. */
  readonly untilSuccess: boolean
}

/** What was brought into service. */
export interface DevOnceResult {
  readonly daemon: DaemonFile
  readonly started: boolean
  /** What was done to the database by this, a line each. */
  readonly changes: readonly string[]
}

/**
 * Sees to it that the project is served as it is written, and leaves the daemon running in the background. Where it
 * cannot be, a daemon that was started for this is stopped again, and what is in the way is thrown.
 */
export async function serveOnce(options: DevOnceOptions): Promise<DevOnceResult> {
  const { launch, version, untilSuccess } = options
  const { daemon, outcome } = await ensureDaemon(launch, { version })
  const client = new DaemonClient(daemon)
  const started = outcome !== "joined"
  for (;;) {
    const since = await newestSeq(client)
    try {
      const { autoMigrate, terminal } = options
      const onProgress = ({ message }: { readonly message: string }): void => {
        if (terminal.err.isTerminal) terminal.err.write(`${message}\n`)
      }
      return { daemon, started, changes: await serveWritten(client, { autoMigrate, onProgress }) }
    } catch (error) {
      if (!untilSuccess || !isAlyxError(error) || error.code === "NO_DAEMON") {
        if (started) await stopDaemon(daemon)
        throw error
      }
      showProblem(error, options)
      await nextReload(client, since)
    }
  }
}

function showProblem(error: Parameters<typeof renderError>[0], { terminal, readText }: DevOnceOptions): void {
  const { err, asRunHere } = terminal
  err.write(asRunHere(renderError(error, { paint: err.paint, readText })))
  err.write("Waiting for the next save…\n")
}

async function newestSeq(client: DaemonClient): Promise<number> {
  let seq = 0
  for await (const entry of client.logs({ tail: 1, follow: false })) ({ seq } = entry)
  return seq
}

/** Resolves after the daemon has looked at the files again. */
async function nextReload(client: DaemonClient, since: number): Promise<void> {
  for await (const entry of client.logs({ tail: 1_000, follow: true, kinds: ["reload"] })) {
    if (entry.kind === "reload" && entry.seq > since) return
  }
}
