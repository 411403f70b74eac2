/**
 * What a nudge says "look again" about. `accounts`: an account, session, key or role changed. `schema`: another schema
 * is served. `schema-files`: schema.yaml and the migrations were read, whatever came of it. `database`: all data was
 * replaced by a restore or a reset.
 */
export type Topic = "accounts" | "schema" | "schema-files" | "database"

/**
 * Nudges between parts: lossy, unordered, without data. Whoever hears one looks at the database again, and everybody
 * also looks now and then without one, so that a lost nudge costs delay and never correctness.
 */
export interface Signals {
  nudge(topic: Topic): void
  /** Calls the listener after each nudge; it must not throw. Returns the way to stop. */
  on(topic: Topic, listener: () => void): () => void
}

/** Signals within one process. */
export class LocalSignals implements Signals {
  readonly #listeners = new Map<Topic, Set<() => void>>()

  nudge(topic: Topic): void {
    for (const listener of this.#listeners.get(topic) ?? []) listener()
  }

  on(topic: Topic, listener: () => void): () => void {
    const listeners = this.#listeners.get(topic) ?? new Set()
    this.#listeners.set(topic, listeners.add(listener))
    return () => void listeners.delete(listener)
  }
}
