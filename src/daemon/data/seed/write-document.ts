import { quoteName } from "../../../lib/sql-name.ts"
import type { StoredValue } from "../../../schema/fields/field-type.ts"
import { storedValue } from "../../../schema/fields/field-types.ts"
import type { CollectionPlan } from "../../records/collection-plan.ts"
import { validateCreate, validateUpdate } from "../../records/validate.ts"
import type { Values } from "../../records/validate.ts"
import { changeRow, insertRow } from "../../records/write-record.ts"
import { sqlQuery } from "../../storage/database.ts"
import type { Row, Transaction } from "../../storage/database.ts"
import type { EqualDocuments } from "./equal-documents.ts"
import type { HeldReference } from "./read-document-references.ts"
import { isStoredEqual } from "./stored-equal.ts"
import { uniqueSets } from "./unique-sets.ts"

/** What became of a document of a seed. */
export type SeedOutcome = "created" | "updated" | "unchanged"

/** What documents are written with. */
export interface SeedFrame {
  readonly transaction: Transaction
  readonly equals: EqualDocuments
  readonly nowMs: number
}

/** A document of a seed, its references read. */
export interface SeedWrite {
  readonly plan: CollectionPlan
  readonly body: Readonly<Record<string, unknown>>
  /** References that are null until the documents they name are there. */
  readonly held: readonly HeldReference[]
}

/** Creates a document, or gives the one that is there the values that differ. */
export function writeSeedDocument(
  frame: SeedFrame,
  { plan, body, held }: SeedWrite,
): { readonly outcome: SeedOutcome; readonly key: StoredValue } {
  const { values, isComplete } = readValues(plan, body)
  const present = findPresent(frame, plan, values, held)
  if (present !== undefined) return changeDocument(frame, plan, { values, present })
  // Says what is missing.
  if (!isComplete) validateCreate(plan, body)
  const row = new Map(values)
  for (const { field } of held) row.set(field.name, null)
  return { outcome: "created", key: insertRow(frame.transaction, { plan, values: row, nowMs: frame.nowMs }) }
}

/** A document that lacks required fields may still be the change of one that is there. */
function readValues(
  plan: CollectionPlan,
  body: SeedWrite["body"],
): { readonly values: Values; readonly isComplete: boolean } {
  const result = plan.validator.create(body)
  if (result.ok) return { values: result.values, isComplete: true }
  if (!result.problems.every(({ code }) => code === "REQUIRED")) validateCreate(plan, body)
  const key = storedValue(plan.key, body[plan.key.name] ?? null) ?? null
  const values = new Map(validateUpdate(plan, key, body))
  if (key !== null) values.set(plan.key.name, key)
  return { values, isComplete: false }
}

/** The document that is meant: by its key, else by what else is unique, else one that is equal in all that is given. */
function findPresent(
  { transaction, equals }: SeedFrame,
  plan: CollectionPlan,
  values: Values,
  held: readonly HeldReference[],
): Row | undefined {
  const { collection, key } = plan
  const given = (name: string): boolean => (values.get(name) ?? null) !== null
  const sets = uniqueSets(collection).filter((set) => set.every(given))
  // Who gives the key means that document and no other.
  const decisive = given(key.name) ? sets.slice(0, 1) : sets
  for (const set of decisive) {
    const row = selectRow(transaction, plan, new Map(set.map((name) => [name, values.get(name)!])))
    if (row !== undefined) return row
  }
  if (decisive.length > 0 || held.length > 0) return undefined
  const claimed = equals.claim(plan, values)
  return claimed === undefined ? undefined : selectRow(transaction, plan, new Map([[key.name, claimed]]))
}

function selectRow(transaction: Transaction, plan: CollectionPlan, conditions: Values): Row | undefined {
  const where = [...conditions.keys()].map((name) => `${quoteName(name)} = ?`).join(" AND ")
  return transaction.get(sqlQuery(`SELECT * FROM ${plan.table} WHERE ${where} LIMIT 1`, [...conditions.values()]))
}

function changeDocument(
  { transaction, nowMs }: SeedFrame,
  plan: CollectionPlan,
  { values, present }: { readonly values: Values; readonly present: Row },
): { readonly outcome: SeedOutcome; readonly key: StoredValue } {
  const key = present[plan.key.name]!
  const changed = new Map<string, StoredValue>()
  for (const [name, value] of values) {
    const { primary, updatedToNow } = plan.collection.fields.get(name)!
    if (!primary && !updatedToNow && !isStoredEqual(present[name], value)) changed.set(name, value)
  }
  if (changed.size === 0) return { outcome: "unchanged", key }
  changeRow(transaction, { plan, key, values: changed, nowMs })
  return { outcome: "updated", key }
}
