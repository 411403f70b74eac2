import { fork } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"

import { alyxError } from "../../../errors.ts"
import { receiveError } from "./passed-error.ts"
import type { PassedError } from "./passed-error.ts"
import { environmentOfChild } from "./end-with-parent.ts"

/** How the copying ended. */
export type BackupAnswer = { readonly kind: "done" } | { readonly kind: "failed"; readonly error: PassedError }

/** Copies at a time: each reads and writes the whole database. */
const copyCountMax = 2

/** What BackupCopies needs. */
export interface BackupCopiesOptions {
  readonly path: string
  /** The entry of backup-process, as source or as built. */
  readonly processUrl: URL
}

/** Copies the database in processes beside the daemon, so that neither reads nor writes wait for it. */
export class BackupCopies {
  readonly #options: BackupCopiesOptions
  readonly #children = new Set<ChildProcess>()
  #stopped = false

  constructor(options: BackupCopiesOptions) {
    this.#options = options
  }

  /** Copies what is committed now into an empty file; resolves when the copy is on the disk. */
  async copyInto(target: string): Promise<void> {
    if (this.#stopped) throw alyxError("SHUTTING_DOWN")
    if (this.#children.size >= copyCountMax) {
      const message = "Backups are being written already."
      throw alyxError("OVERLOADED", { message, next: "Try again when they are done.", retryAfterSeconds: 5 })
    }
    const answer = await this.#run(target)
    if (answer?.kind === "done") return
    if (this.#stopped) throw alyxError("SHUTTING_DOWN")
    throw answer === undefined
      ? new Error("The backup failed: its process ended unexpectedly.")
      : receiveError(answer.error, "The backup")
  }

  /** Ends every copy; those under way are refused. */
  async stop(): Promise<void> {
    this.#stopped = true
    const exits = [...this.#children].map((child) => once(child, "exit"))
    for (const child of this.#children) child.kill("SIGKILL")
    await Promise.all(exits)
  }

  async #run(target: string): Promise<BackupAnswer | undefined> {
    const { path, processUrl } = this.#options
    const child = fork(fileURLToPath(processUrl), [path, target], {
      execArgv: [],
      env: environmentOfChild(),
      stdio: ["ignore", "ignore", "ignore", "ipc"],
    })
    this.#children.add(child)
    let answer: BackupAnswer | undefined
    child.on("message", (message: BackupAnswer) => (answer = message))
    try {
      await new Promise<void>((resolve, reject) => {
        child.on("exit", () => resolve())
        child.on("error", (error) => {
          // A process that could not be started has no exit.
          if (child.pid === undefined) reject(error)
        })
      })
    } finally {
      this.#children.delete(child)
    }
    return answer
  }
}
