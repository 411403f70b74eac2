import { isAlyxError } from "../../errors.ts"
import { LatestOnly } from "../../lib/latest-only.ts"
import { toWireError } from "../../protocol/wire-error.ts"
import type { Reload } from "../served/reload.ts"
import type { ReloadReport } from "../served/reload-report.ts"

/** Something happened outside that the served state may have to follow. */
export type DevEvent = { readonly type: "schema-changed" } | { readonly type: "config-changed" }

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
  readonly #schema = new LatestOnly<void>((_, isCurrent) => this.#run("schema", this.#parts.reloadSchema, isCurrent))
  readonly #config = new LatestOnly<void>((_, isCurrent) => this.#run("config", this.#parts.reloadConfig, isCurrent))

  constructor(parts: DevLoopParts) {
    this.#parts = parts
  }

  handle(event: DevEvent): void {
    switch (event.type) {
      case "schema-changed":
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

  async #run(cause: ReloadReport["cause"], reload: Reload, isCurrent: () => boolean): Promise<void> {
    const { report, elapsed } = this.#parts
    const begin = elapsed()
    try {
      const { changes } = await reload(isCurrent)
      // One that was overtaken after it had acted is told all the same: its changes are in the database.
      if (!isCurrent() && changes.length === 0) return
      const outcome = changes.length > 0 ? "applied" : "unchanged"
      report({ cause, outcome, durationMs: elapsed() - begin, changes })
    } catch (error) {
      if (!isCurrent() && isAlyxError(error)) return
      report({ cause, outcome: "refused", durationMs: elapsed() - begin, changes: [], error: toWireError(error) })
    }
  }
}
