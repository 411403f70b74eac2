import { Mutex } from "../../lib/mutex.ts"

/** What one reload did. */
export interface ReloadResult {
  /** A line each, as shown; empty when nothing of substance changed. */
  readonly changes: readonly string[]
}

/**
 * Follows a file of the project: builds the new state, tries it, swaps it in. Throws when the old one must stay.
 * `isCurrent` turns false when something newer was asked for; the reload then gives up.
 */
export type Reload = (isCurrent: () => boolean) => Promise<ReloadResult>

/** Lets reloads take turns, whoever asks for them: one swaps what another may be building on. */
export class ReloadTurns {
  readonly #oneAtATime = new Mutex()

  /** The same reload, waiting for its turn. */
  inTurn(reload: Reload): Reload {
    return (isCurrent) => this.#oneAtATime.run(() => reload(isCurrent))
  }

  /** Runs other work that no reload may interleave with. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return this.#oneAtATime.run(work)
  }

  /** Resolves when those asked for before have ended. */
  idle(): Promise<void> {
    return this.#oneAtATime.run(() => Promise.resolve())
  }
}
