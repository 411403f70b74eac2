import { alyxError, isAlyxError } from "../../errors.ts"
import { applyDefaults, updateTimestamps } from "../../schema/defaults.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Transaction } from "../storage/database.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { entityTag, matchesStrongly } from "./etag.ts"
import { readDocument } from "./read-document.ts"
import { documentNotFound } from "./record-key.ts"
import type { CreatedRecord, RecordAnswer } from "./records.ts"
import { explainBrokenReference, explainRestrictedDelete } from "./reference-conflict.ts"
import type { Selection } from "./selection.ts"
import type { Values } from "./validate.ts"

/**
 * The writes themselves, inside a transaction: a single request and a batch share them. Everything that was read of
 * the request is valid by now; what only the database knows is judged here.
 */
interface WriteFrame {
  readonly plan: CollectionPlan
  /** How the answer shows the document. */
  readonly selection: Selection
  readonly nowMs: number
}

/** A create that is ready to be written. */
export interface CreateWrite extends WriteFrame {
  readonly values: Values
}

/** A place in a collection, and what the document there must look like. */
interface WriteTarget {
  /** As the request has it. */
  readonly id: string
  readonly key: StoredValue
  readonly ifMatch: string | undefined
}

/** An update that is ready to be written. */
export interface UpdateWrite extends WriteFrame, WriteTarget {
  readonly values: Values
}

/** A delete that is ready to be written; the selection is that of the document that its tag was read with. */
export interface DeleteWrite extends WriteTarget, Pick<WriteFrame, "plan" | "selection"> {}

/** Inserts a document and reads it back as the caller sees it. */
export function insertRecord(transaction: Transaction, write: CreateWrite): CreatedRecord {
  const { plan, selection } = write
  const key = insertRow(transaction, write)
  const body = readDocument(transaction, plan, selection, key)
  if (body === undefined) throw new Error(`A document of ${plan.collection.name} is gone right after its insert.`)
  return { body, etag: entityTag(body), id: String(key) }
}

/** Inserts a document with its defaults, and returns its primary key. */
export function insertRow(transaction: Transaction, write: Omit<CreateWrite, "selection">): StoredValue {
  const { plan, nowMs } = write
  const row = applyDefaults(plan.collection, write.values, {
    nowIso: new Date(nowMs).toISOString(),
    newId: () => plan.ids.next(nowMs),
  })
  const values = plan.writes.columnNames.map((name) => row.get(name) ?? null)
  const givenKey = row.get(plan.key.name) ?? null
  const query = sqlQuery(plan.writes.insertSql, values)
  const { lastInsertRowid } =
    givenKey === null ? runCounted(transaction, query, write) : runWrite(transaction, query, write)
  return givenKey ?? lastInsertRowid
}

/** Changes some fields of a document. An empty change writes nothing; any other moves `onUpdate: now` fields. */
export function changeRecord(transaction: Transaction, write: UpdateWrite): RecordAnswer {
  const { plan, selection, key, values, ifMatch } = write
  if (ifMatch !== undefined) requireMatch(transaction, { ...write, ifMatch })
  if (values.size > 0) changeRow(transaction, write)
  const body = readDocument(transaction, plan, selection, key)
  if (body === undefined) throw documentNotFound(plan, write.id)
  return { body, etag: entityTag(body) }
}

/** Writes some fields of the document with a key, and moves its `onUpdate: now` fields. */
export function changeRow(
  transaction: Transaction,
  write: Pick<UpdateWrite, "plan" | "key" | "values" | "nowMs">,
): void {
  const { plan, key, values, nowMs } = write
  const changed = updateTimestamps(plan.collection, values, new Date(nowMs).toISOString())
  const sql = plan.writes.updateSql([...changed.keys()])
  runWrite(transaction, sqlQuery(sql, [...changed.values(), key]), write)
}

/** Deletes a document, with what its references cascade to. */
export function removeRecord(transaction: Transaction, write: DeleteWrite): void {
  const { plan, ifMatch } = write
  if (ifMatch !== undefined) requireMatch(transaction, { ...write, ifMatch })
  const changes = runDelete(transaction, write)
  if (changes === 0) throw documentNotFound(plan, write.id)
}

/** The tag is that of the document as this request would show it; a document that is gone is not found. */
function requireMatch(
  transaction: Transaction,
  { plan, selection, id, key, ifMatch }: DeleteWrite & { readonly ifMatch: string },
): void {
  const body = readDocument(transaction, plan, selection, key)
  if (body === undefined) throw documentNotFound(plan, id)
  if (matchesStrongly(ifMatch, entityTag(body))) return
  throw alyxError("PRECONDITION_FAILED", {
    message: `The document ${id} of ${plan.collection.name} is not the one that If-Match names.`,
    next: "Read the document again, apply the change to it, and send its new ETag.",
  })
}

/** Inserts a document whose key is the next number: what is wrong with that number is no fault of the body. */
function runCounted(
  transaction: Transaction,
  query: ReturnType<typeof sqlQuery>,
  write: Omit<CreateWrite, "selection">,
) {
  const { key, collection } = write.plan
  try {
    return runWrite(transaction, query, write)
  } catch (error) {
    const broken = isAlyxError(error, "VALIDATION_ERROR") ? error.details?.["fields"] : undefined
    if (typeof broken !== "object" || broken === null || !Object.hasOwn(broken, key.name)) throw error
    throw alyxError("CONFLICT", {
      message: `The numbers of ${collection.name} are used up: the ${key.name} after the largest that was ever given is not allowed.`,
      next: `Give ${key.name} in the body: a number that is free.`,
      details: { collection: collection.name, fields: [key.name] },
      cause: error,
    })
  }
}

function runWrite(
  transaction: Transaction,
  query: ReturnType<typeof sqlQuery>,
  write: { readonly plan: CollectionPlan; readonly values: Values },
): { readonly lastInsertRowid: number | bigint } {
  try {
    return transaction.run(query)
  } catch (error) {
    throw isAlyxError(error, "REFERENCE_CONFLICT") ? explainBrokenReference(transaction, write, error) : error
  }
}

function runDelete(transaction: Transaction, { plan, key }: DeleteWrite): number {
  try {
    return transaction.run(sqlQuery(plan.writes.deleteSql, [key])).changes
  } catch (error) {
    throw isAlyxError(error, "REFERENCE_CONFLICT") ? explainRestrictedDelete(transaction, plan, key, error) : error
  }
}
