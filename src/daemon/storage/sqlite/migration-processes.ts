import { fork } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { fileURLToPath } from "node:url"

import { alyxError } from "../../../errors.ts"
import type { OnProgress, Progress } from "../../../protocol/progress.ts"
import type { Schema } from "../../../schema/schema.ts"
import type { MigrationOptions, MigrationResult } from "./migrate-tables.ts"
import { holdsSql } from "./migration-steps.ts"
import type { MigrationStep } from "./migration-steps.ts"
import { receiveError } from "./passed-error.ts"
import type { PassedError } from "./passed-error.ts"
import { environmentOfChild } from "./end-with-parent.ts"

/** What the process is told first; then, when it is ready, "commit". Plain values, maps among them. */
export interface MigrationOrder {
  readonly path: string
  readonly cacheBytes: number
  readonly steps: readonly MigrationStep[]
  readonly schema: Schema | null
  readonly nowMs: number
}

/** What it says: how far it is, that all is done but the commit, and last how it ended. */
export type MigrationMessage =
  | { readonly kind: "progress"; readonly progress: Progress }
  | { readonly kind: "ready"; readonly result: MigrationResult }
  | { readonly kind: "done"; readonly result: MigrationResult }
  | { readonly kind: "failed"; readonly error: PassedError }

/** One index of a huge table takes minutes, of which SQLite says nothing: so often it is said that it goes on. */
const stillThereMs = 10_000

/** A migration that runs SQL of a person, which may have no end, is ended after an hour; others end by themselves. */
const sqlMsMax = 60 * 60_000

/** What MigrationProcesses needs. */
export interface MigrationProcessesOptions {
  readonly path: string
  readonly cacheBytes: number
  /** The entry of migration-process, as source or as built. */
  readonly processUrl: URL
  /** Milliseconds for a migration that runs SQL of a person; an hour when left out. */
  readonly sqlMsMax?: number
  /** Tells one state of the committed history from another. */
  readonly mark: () => string
}

/** Runs migrations in a process beside the daemon, which can be ended wherever it is: a thread in SQLite cannot. */
export class MigrationProcesses {
  readonly #options: MigrationProcessesOptions
  readonly #running = new Set<RunningMigration>()
  #stopped = false

  constructor(options: MigrationProcessesOptions) {
    this.#options = options
  }

  /** Runs a migration whole, or not at all. */
  async run(migration: MigrationOptions): Promise<MigrationResult> {
    if (this.#stopped) throw alyxError("SHUTTING_DOWN")
    const markBefore = this.#options.mark()
    const running = new RunningMigration(this.#options, migration)
    this.#running.add(running)
    try {
      return await running.outcome(() => this.#options.mark() !== markBefore)
    } finally {
      this.#running.delete(running)
    }
  }

  /** Ends what runs, unless it is being committed; further migrations are refused. */
  async stop(): Promise<void> {
    this.#stopped = true
    const running = [...this.#running]
    for (const one of running) {
      const message = "The server is stopping, so the migration was ended. Nothing was changed."
      one.kill(alyxError("SHUTTING_DOWN", { message, next: "Apply it again; it begins anew." }))
    }
    await Promise.all(running.map(({ gone }) => gone))
  }
}

class RunningMigration {
  readonly #child: ChildProcess
  readonly #onProgress: OnProgress
  readonly #timers: readonly NodeJS.Timeout[]
  readonly gone: Promise<void>
  #progress: Progress = { message: "Looking whether the documents fit the schema" }
  /** Set when it was told to commit: from then on it is not killed. */
  #ready: MigrationResult | undefined
  #answer: Extract<MigrationMessage, { kind: "done" | "failed" }> | undefined
  #failure: Error | undefined

  constructor(options: MigrationProcessesOptions, { steps, schema, now, onProgress }: MigrationOptions) {
    const { path, cacheBytes, processUrl } = options
    this.#onProgress = onProgress
    this.#child = fork(fileURLToPath(processUrl), [], {
      serialization: "advanced",
      execArgv: [],
      env: environmentOfChild(),
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    })
    this.gone = goneOf(this.#child)
    this.#child.on("message", (message: MigrationMessage) => this.#hear(message))
    this.#send({ path, cacheBytes, steps, schema, nowMs: now.getTime() } satisfies MigrationOrder)
    this.#timers = [
      setInterval(() => onProgress(this.#progress), stillThereMs),
      ...(holdsSql(steps) ? [limit(options.sqlMsMax ?? sqlMsMax, (reason) => this.kill(reason))] : []),
    ]
  }

  /** Ends it at once, for this reason, unless it is being committed. */
  kill(reason: Error): void {
    if (this.#ready !== undefined) return
    this.#failure ??= reason
    this.#child.kill("SIGKILL")
  }

  /** Resolves when nothing of its connection holds back what comes next. */
  async outcome(isCommitted: () => boolean): Promise<MigrationResult> {
    await this.gone
    for (const timer of this.#timers) clearTimeout(timer)
    if (this.#answer?.kind === "done") return this.#answer.result
    if (this.#failure !== undefined) throw this.#failure
    if (this.#answer !== undefined) throw receiveError(this.#answer.error, "The migration")
    // It died while it committed: what is in the file decides.
    if (this.#ready !== undefined && isCommitted()) return this.#ready
    throw new Error("The migration failed: its process ended unexpectedly. Nothing was changed.")
  }

  #hear(message: MigrationMessage): void {
    if (message.kind === "progress") this.#onProgress((this.#progress = message.progress))
    else if (message.kind !== "ready") this.#answer = message
    else if (this.#failure === undefined) {
      this.#ready = message.result
      this.#send("commit")
    }
  }

  /** A process that has died takes nothing; that it has is heard by other means. */
  #send(message: MigrationOrder | "commit"): void {
    this.#child.send(message, () => undefined)
  }
}

function limit(timeoutMs: number, end: (reason: Error) => void): NodeJS.Timeout {
  return setTimeout(() => {
    const message = `The SQL of the migration took longer than ${Math.round(timeoutMs / 60_000)} minutes and was ended. Nothing was changed.`
    end(alyxError("QUERY_TIMEOUT", { message, next: "Make it shorter, or do its work in parts." }))
  }, timeoutMs)
}

/** Resolves when a process has ended, or could not be started, and all that it had said was heard. */
async function goneOf(child: ChildProcess): Promise<void> {
  const failed = Promise.withResolvers<void>()
  child.on("error", () => {
    if (child.pid === undefined) failed.resolve()
  })
  const ended = Promise.all([
    new Promise((resolve) => child.once("exit", resolve)),
    new Promise((resolve) => child.once("disconnect", resolve)),
  ])
  await Promise.race([ended, failed.promise])
}
