import { isAlyxError } from "../../errors.ts"
import { LatestOnly } from "../../lib/latest-only.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import type { Reload } from "../served/reload.ts"
import type { ReloadReport } from "../served/reload-report.ts"

/** Something happened outside that the served state may have to follow. */
export type DevEvent =
  | { readonly type: "schema-changed" }
  | { readonly type: "migrations-changed" }
  | { readonly type: "config-changed" }

export interface DevLoopParts {
  readonly reloadSchema: Reload
  readonly reloadConfig: Reload
  /** Told what became of every reload that was not overtaken. */
  readonly report: (report: ReloadReport) => void
  /** Milliseconds from a fixed point, for durations. */
  readonly elapsed: () => number
}

/**
 * Follows the project's files: of several saves of one kind only the newest counts. A reload that fails leaves what is
 * served as it is and is shown. That two reloads never run at once is their own affair (ReloadTurns).
 *
 *   file ── watcher ── event ── newest only ── reload ── report
 */
export class DevLoop {
  readonly #parts: DevLoopParts
  readonly #schema = new LatestOnly<void>((_, isCurrent) => this.#runSchema(isCurrent))
  readonly #config = new LatestOnly<void>(async (_, isCurrent) => {
    await this.#run("config", this.#parts.reloadConfig, isCurrent)
  })
  /** True while a change of schema.yaml itself, not only of migrations, waits to be followed. */
  #isSchemaChanged = false

  constructor(parts: DevLoopParts) {
    this.#parts = parts
  }

  handle(event: DevEvent): void {
    switch (event.type) {
      case "schema-changed":
        this.#isSchemaChanged = true
        return this.#schema.push()
      case "migrations-changed":
        // They and the schema are two halves of one state, so there is one reload for both.
        return this.#schema.push()
      case "config-changed":
        // `${NAME}` stands in alyx.yaml only, so a change of configuration leaves the schema alone.
        return this.#config.push()
      default:
        event satisfies never
    }
  }

  /** Resolves when nothing is being reloaded. */
  async idle(): Promise<void> {
    await Promise.all([this.#schema.idle(), this.#config.idle()])
  }

  async stop(): Promise<void> {
    await Promise.all([this.#schema.stop(), this.#config.stop()])
  }

  async #runSchema(isCurrent: () => boolean): Promise<void> {
    const cause = this.#isSchemaChanged ? "schema" : "migrations"
    this.#isSchemaChanged = false
    const isTold = await this.#run(cause, this.#parts.reloadSchema, isCurrent)
    // The one that overtook it follows its cause as well.
    if (!isTold && cause === "schema") this.#isSchemaChanged = true
  }

  /** Returns whether it was told what became of it: what was overtaken is not worth a line. */
  async #run(cause: ReloadReport["cause"], reload: Reload, isCurrent: () => boolean): Promise<boolean> {
    const { report, elapsed } = this.#parts
    const begin = elapsed()
    try {
      const { changes } = await reload(isCurrent)
      // One that was overtaken after it had acted is told all the same: its changes are in the database.
      if (!isCurrent() && changes.length === 0) return false
      const outcome = changes.length > 0 ? "applied" : "unchanged"
      report({ cause, outcome, durationMs: elapsed() - begin, changes })
    } catch (error) {
      if (!isCurrent() && isAlyxError(error)) return false
      report({ cause, outcome: "refused", durationMs: elapsed() - begin, changes: [], error: toWireError(error) })
    }
    return true
  }
}
