import assert from "node:assert/strict"

import type { Schema } from "../schema/schema.ts"

/** Owns the schema that is served now. A request reads it once, at its start, and uses that value to its end. */
export class SchemaHolder {
  #current: Schema | undefined
  readonly #onSwap: () => void

  /** Without a schema the first swap brings it. `onSwap` is called after each swap; it must not throw. */
  constructor(schema?: Schema, onSwap: () => void = () => undefined) {
    this.#current = schema
    this.#onSwap = onSwap
  }

  /** False until there is a schema: nothing can be served then. */
  get isReady(): boolean {
    return this.#current !== undefined
  }

  get current(): Schema {
    assert(this.#current !== undefined, "requests are refused before there is a schema")
    return this.#current
  }

  /** Makes a schema the served one; the database must have been brought to it before. */
  swap(schema: Schema): void {
    this.#current = schema
    this.#onSwap()
  }
}
