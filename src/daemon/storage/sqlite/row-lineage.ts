import { quoteName } from "../../../lib/sql-name.ts"
import type { OperationEffect, TableEffect } from "../../../schema/migrations/operation-effect.ts"
import type { Schema } from "../../../schema/schema.ts"
import type { FieldValue } from "./field-values.ts"

/** Where the rows of a collection are while a migration is planned. */
export interface Lineage {
  /** The table that holds them now. */
  readonly table: string
  /** The rows as they would be: the table, or a query over it in parentheses, with the collection's name then. */
  readonly source: string
}

/**
 * Follows the rows through the operations of a plan, so that a later one can be judged by what earlier ones would have
 * made of them. After SQL nobody knows what the rows are.
 */
export class RowLineage {
  readonly #byCollection = new Map<string, Lineage>()
  /** False once SQL may have changed any document, or nobody knows what an expression would give. */
  isKnown = true
  /** True once a table would have other names or columns than it has now. */
  hasMoved = false

  constructor(schema: Schema) {
    for (const name of schema.collections.keys()) {
      this.#byCollection.set(name, { table: name, source: quoteName(name) })
    }
  }

  /** Undefined for a collection that would be new. */
  of(collection: string): Lineage | undefined {
    return this.#byCollection.get(collection)
  }

  /** Takes one table through an operation. */
  move({ from, to }: TableEffect, values: ReadonlyMap<string, FieldValue>): void {
    const before = this.#byCollection.get(from)
    if (before === undefined) return
    const columns = [...values].map(([name, { value }]) => `${value} AS ${quoteName(name)}`)
    this.#byCollection.delete(from)
    this.#byCollection.set(to, {
      table: before.table,
      source: `(SELECT ${columns.join(", ")} FROM ${before.source}) AS ${quoteName(to)}`,
    })
    this.hasMoved = true
  }

  /** Takes what is not about one table through an operation. */
  note({ dropped, sql }: OperationEffect): void {
    for (const name of dropped) this.#byCollection.delete(name)
    if (sql !== null) this.isKnown = false
  }
}
