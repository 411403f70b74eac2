import { isAlyxError } from "../../errors.ts"
import { LatestOnly } from "../../lib/latest-only.ts"
import { Mutex } from "../../lib/mutex.ts"
import type { ReloadEntry } from "../../protocol/admin-api.ts"
import type { Activity } from "../activity.ts"
import { toWireError } from "../wire-error.ts"

/** Something happened outside that the served state may have to follow. */
export type DevEvent = { readonly type: "schema-changed" } | { readonly type: "config-changed" }

/** What one turn of the loop did. */
export interface ReloadResult {
  /** A line each, as shown; empty when nothing of substance changed. */
  readonly changes: readonly string[]
}

/** One way of following an event: builds the new state, tries it, swaps it in. Throws when the old one must stay. */
export type Reload = (isCurrent: () => boolean) => Promise<ReloadResult>

export interface DevLoopParts {
  readonly reloadSchema: Reload
  readonly reloadConfig: Reload
  readonly activity: Activity
  /** Milliseconds from a fixed point, for durations. */
  readonly elapsed: () => number
}

/**
 * Follows the project's files: of several saves only the newest counts, and no two reloads run at once. A reload that
 * fails leaves what is served as it is and is shown.
 *
 *   file ── watcher ── event ── newest only ── one at a time ── reload ── activity
 */
export class DevLoop {
  readonly #parts: DevLoopParts
  readonly #oneAtATime = new Mutex()
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

  #run(cause: ReloadEntry["cause"], reload: Reload, isCurrent: () => boolean): Promise<void> {
    return this.#oneAtATime.run(async () => {
      const { activity, elapsed } = this.#parts
      const begin = elapsed()
      try {
        const { changes } = await reload(isCurrent)
        if (!isCurrent()) return
        const outcome = changes.length > 0 ? "applied" : "unchanged"
        activity.reload({ cause, outcome, durationMs: elapsed() - begin, changes })
      } catch (error) {
        if (!isCurrent() && isAlyxError(error)) return
        activity.reload({
          cause,
          outcome: "refused",
          durationMs: elapsed() - begin,
          changes: [],
          error: toWireError(error),
        })
      }
    })
  }
}
