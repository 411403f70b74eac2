import { constants, setPriority } from "node:os"
import process from "node:process"

import { alyxError } from "../../errors.ts"
import { endWithParent } from "../storage/sqlite/end-with-parent.ts"
import { passError } from "../storage/sqlite/passed-error.ts"
import { buildDatabase } from "./build-database.ts"
import { buildEmptyDatabase } from "./build-empty-database.ts"
import type { DataJob } from "./data-job.ts"
import { runDump } from "./dump.ts"
import { ProcessInput, ProcessOutput, tellDaemon } from "./process-streams.ts"
import { runQuery } from "./query.ts"

/*
 * The entry of a process that does one piece of work on data for the daemon: a dump, a person's query, or the making
 * of a database file. All of it is synchronous: it stops wherever the daemon does not take its output, or sends no
 * input. The daemon kills it when nobody waits for it any more.
 */
main()

function main(): void {
  // Where cores are few, requests go first.
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  endWithParent(watcherPlace())
  const output = new ProcessOutput()
  try {
    const input = new ProcessInput()
    run(input.readJob() as DataJob, input, output)
  } catch (error) {
    process.exitCode = 1
    if (!isBrokenPipe(error)) tellDaemon({ kind: "failed", error: passError(diskFull(error) ?? error) })
  }
}

function run(job: DataJob, input: ProcessInput, output: ProcessOutput): void {
  switch (job.kind) {
    case "dump":
      runDump(job, { output, ready: tellReady })
      return output.flush()
    case "query":
      runQuery(job, {
        output,
        ready: tellReady,
        committing: () => tellDaemon({ kind: "committing" }),
        committed: (wrote) => tellDaemon({ kind: "committed", wrote }),
      })
      return output.flush()
    case "build":
      return tellDaemon({ kind: "built", built: buildDatabase(job, { input, onProgress: tellProgress }) })
    case "empty":
      return tellDaemon({ kind: "built", built: buildEmptyDatabase(job) })
  }
}

function tellReady(): void {
  tellDaemon({ kind: "ready" })
}

function tellProgress(message: string): void {
  tellDaemon({ kind: "progress", message })
}

/** The programs are built into one folder; as sources they are not. */
function watcherPlace(): string {
  const own = import.meta.url
  return own.endsWith(".ts") ? new URL("../storage/sqlite/reader-process.ts", own).href : own
}

function diskFull(error: unknown): Error | null {
  if (!(error instanceof Error && "code" in error) || (error.code !== "ENOSPC" && error.code !== "EDQUOT")) return null
  return alyxError("STORAGE_FULL", { next: "Make room on the disk that holds the database.", cause: error })
}

/** The daemon, or its client, has left. */
function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EPIPE"
}
