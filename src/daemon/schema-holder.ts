import type { Schema } from "../schema/schema.ts"

/** Owns the schema that is served now. A request reads it once, at its start, and uses that value to its end. */
export class SchemaHolder {
  #current: Schema
  readonly #listeners = new Set<(schema: Schema) => void>()

  constructor(schema: Schema) {
    this.#current = schema
  }

  get current(): Schema {
    return this.#current
  }

  /** Makes a schema the served one; the database must have been brought to it before. */
  swap(schema: Schema): void {
    this.#current = schema
    for (const listener of this.#listeners) listener(schema)
  }

  /** Calls the listener after every swap; returns the way to stop. */
  onSwap(listener: (schema: Schema) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
