import { createHash } from "node:crypto"

import { alyxError } from "../../../errors.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import type { StoredValue } from "../../../schema/fields/field-type.ts"
import type { CollectionPlan } from "../../records/collection-plan.ts"
import { sqlQuery } from "../../storage/database.ts"
import type { Reader } from "../../storage/database.ts"
import { storedText } from "./stored-equal.ts"

/** Documents of a collection that are compared with those of the seed that name nothing unique: some 60 MB. */
const rowCountMax = 500_000

/** Different sets of fields that such documents of one collection may give. */
const fieldSetCountMax = 8

/**
 * Finds the document that a seed wrote when it ran before, for documents that give neither a key nor anything unique:
 * one whose given fields are all equal. Two equal documents of a seed stand for two documents.
 */
export class EqualDocuments {
  readonly #reader: Reader
  /** By collection and fields; then by the hash of the values, the keys that nobody has claimed. */
  readonly #found = new Map<string, Map<string, StoredValue[]>>()
  readonly #countByCollection = new Map<string, number>()
  /** Collections that were empty when the seed began: nothing of it was written before. */
  readonly #empty: ReadonlySet<string>

  constructor(reader: Reader, empty: ReadonlySet<string>) {
    this.#reader = reader
    this.#empty = empty
  }

  /** Claims a document that was there before the seed, and returns its key. */
  claim(plan: CollectionPlan, values: ReadonlyMap<string, StoredValue>): StoredValue | undefined {
    const { name } = plan.collection
    if (this.#empty.has(name)) return undefined
    // The time of an update is what it is.
    const fields = [...values.keys()].filter((field) => !plan.collection.fields.get(field)!.updatedToNow).toSorted()
    return this.#present(plan, fields)
      .get(hashOf(fields.map((field) => values.get(field))))
      ?.shift()
  }

  #present(plan: CollectionPlan, fields: readonly string[]): Map<string, StoredValue[]> {
    const { name } = plan.collection
    const id = JSON.stringify([name, ...fields])
    const known = this.#found.get(id)
    if (known !== undefined) return known
    const count = (this.#countByCollection.get(name) ?? 0) + 1
    this.#countByCollection.set(name, count)
    if (count > fieldSetCountMax)
      throw nothingUnique(plan, `give more than ${fieldSetCountMax} different sets of fields`)
    const present = this.#read(plan, fields)
    this.#found.set(id, present)
    return present
  }

  #read(plan: CollectionPlan, fields: readonly string[]): Map<string, StoredValue[]> {
    const present = new Map<string, StoredValue[]>()
    const columns = [plan.key.name, ...fields].map((field, index) => `${quoteName(field)} AS c${index}`)
    const sql = `SELECT ${columns.join(", ")} FROM ${plan.table} ORDER BY ${quoteName(plan.key.name)} LIMIT ${rowCountMax + 1}`
    let count = 0
    for (const row of this.#reader.iterate(sqlQuery(sql))) {
      count += 1
      if (count > rowCountMax)
        throw nothingUnique(plan, `would have to be compared with more than ${rowCountMax} others`)
      const hash = hashOf(fields.map((_, index) => row[`c${index + 1}`]))
      const keys = present.get(hash)
      if (keys === undefined) present.set(hash, [row["c0"]!])
      else keys.push(row["c0"]!)
    }
    return present
  }
}

function hashOf(values: readonly (StoredValue | undefined)[]): string {
  return createHash("sha1").update(values.map(storedText).join(",")).digest("latin1")
}

function nothingUnique(plan: CollectionPlan, what: string): Error {
  return alyxError("VALIDATION_ERROR", {
    message: `Documents of ${plan.collection.name} without a ${plan.key.name} or anything else that is unique ${what}.`,
    next: `Give each its ${plan.key.name}, so that a seed that runs again finds it.`,
  })
}
