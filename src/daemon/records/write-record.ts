import { alyxError, isAlyxError } from "../../errors.ts"
import { applyDefaults, updateTimestamps } from "../../schema/defaults.ts"
import type { StoredRow } from "../../rules/rules.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Transaction } from "../storage/database.ts"
import { isFullAdmin } from "../caller.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { entityTag, matchesStrongly } from "./etag.ts"
import { withUnproven } from "./managed-fields.ts"
import { judgeCreate, judgeDelete, judgeUpdate } from "./judge.ts"
import type { JudgeFrame } from "./judge.ts"
import { judgedView } from "./judged-candidates.ts"
import { readDocument } from "./read-document.ts"
import { documentNotFound } from "./record-key.ts"
import type { CreatedRecord, RecordAnswer } from "./records.ts"
import { explainBrokenReference, explainRestrictedDelete } from "./reference-conflict.ts"
import type { Values } from "./validate.ts"
import type { View } from "./view.ts"

/**
 * The writes themselves, inside a transaction: a single request and a batch share them. Everything that was read of
 * the request is valid by now; what only the database knows is judged here: first whether rules let the caller do it,
 * then If-Match, and only then what other documents say to it.
 */
interface WriteFrame extends JudgeFrame {
  /** How the answer shows the document, to this caller. */
  readonly view: View
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

/** A delete that is ready to be written; the view is that of the document that its tag was read with. */
export interface DeleteWrite extends WriteTarget, Omit<WriteFrame, "nowMs"> {}

/** What a row is written from, whoever writes it. */
export type RowWrite = Pick<CreateWrite, "plan" | "values" | "nowMs">

/** Inserts a document and reads it back as the caller sees it. */
export function insertRecord(transaction: Transaction, write: CreateWrite): CreatedRecord {
  const row = completeRow(write)
  if (!write.caller.isAdmin) judgeCreate(write, { row: Object.fromEntries(row), values: write.values })
  const key = insertCompleted(transaction, write, row)
  return { ...answerOf(transaction, { ...write, key }), id: String(key) }
}

/** Inserts a document with its defaults, and returns its primary key. */
export function insertRow(transaction: Transaction, write: RowWrite): StoredValue {
  return insertCompleted(transaction, write, completeRow(write))
}

/** The whole row of a create, as it would be written; only a key that SQLite counts is missing. */
export function completeRow({ plan, values, nowMs }: RowWrite): ReadonlyMap<string, StoredValue> {
  return applyDefaults(plan.collection, values, {
    nowIso: new Date(nowMs).toISOString(),
    newId: () => plan.ids.next(nowMs),
  })
}

/** Inserts a row that completeRow made, and returns its primary key. */
export function insertCompleted(
  transaction: Transaction,
  write: Pick<RowWrite, "plan" | "values">,
  row: ReadonlyMap<string, StoredValue>,
): StoredValue {
  const { plan } = write
  const values = plan.writes.columnNames.map((name) => row.get(name) ?? null)
  const givenKey = row.get(plan.key.name) ?? null
  const query = sqlQuery(plan.writes.insertSql, values)
  const { lastInsertRowid } =
    givenKey === null ? runCounted(transaction, query, write) : runWrite(transaction, query, write)
  return givenKey ?? lastInsertRowid
}

/** Changes some fields of a document. An empty change writes nothing; any other moves `onUpdate: now` fields. */
export function changeRecord(transaction: Transaction, write: UpdateWrite): RecordAnswer {
  applyChange(transaction, write)
  return answerOf(transaction, write, () => documentNotFound(write.plan, write.id))
}

/** The same where nobody asks how the document looks then; of an admin it is not told whether there is one. */
export function applyChange(transaction: Transaction, write: UpdateWrite): void {
  const { caller, id, values, ifMatch } = write
  const changed = changedValues(write)
  const row = rowToJudge(transaction, write)
  if (!isFullAdmin(caller)) {
    judgeUpdate(write, { id, row }, { after: { ...row, ...Object.fromEntries(changed) }, values })
  }
  if (ifMatch !== undefined) requireMatch(transaction, { ...write, ifMatch })
  if (values.size > 0) writeChanged(transaction, write, withUnproven(write, { row, values: changed }))
}

/** Writes some fields of the document with a key, and moves its `onUpdate: now` fields. */
export function changeRow(transaction: Transaction, write: RowWrite & Pick<UpdateWrite, "key">): void {
  writeChanged(transaction, write, changedValues(write))
}

/** What a change writes; nothing when the body names nothing. */
export function changedValues({ plan, values, nowMs }: RowWrite): Values {
  return values.size === 0 ? values : updateTimestamps(plan.collection, values, new Date(nowMs).toISOString())
}

function writeChanged(
  transaction: Transaction,
  write: Pick<UpdateWrite, "plan" | "key" | "values">,
  changed: Values,
): void {
  const sql = write.plan.writes.updateSql([...changed.keys()])
  runWrite(transaction, sqlQuery(sql, [...changed.values(), write.key]), write)
}

/** Deletes a document, with what its references cascade to. */
export function removeRecord(transaction: Transaction, write: DeleteWrite): void {
  const { plan, id, ifMatch } = write
  judgeDelete(write, { id, row: rowToJudge(transaction, write) })
  if (ifMatch !== undefined) requireMatch(transaction, { ...write, ifMatch })
  const changes = runDelete(transaction, write)
  if (changes === 0) throw documentNotFound(plan, id)
}

/** The document as the caller sees it now. One that may not be read by who wrote it is told by its id alone. */
function answerOf(
  transaction: Transaction,
  { view: asked, caller, key }: Pick<UpdateWrite, "view" | "caller" | "key">,
  missing: () => Error = () => new Error("A document is gone right after its insert."),
): RecordAnswer {
  const view = judgedView(transaction, asked, caller, key)
  const found = readDocument(transaction, view, key)
  if (found === undefined && view.accesses[0]?.rows === "all") throw missing()
  const body = found ?? JSON.stringify({ [view.plan.key.name]: typeof key === "bigint" ? Number(key) : key })
  return { body, etag: entityTag(body) }
}

/** The stored row; undefined for an admin, whom the answer tells whether it exists, unless it may be that of an account. */
function rowToJudge(
  transaction: Transaction,
  write: Pick<UpdateWrite, "plan" | "caller" | "view" | "id" | "key" | "accountsCollection">,
): StoredRow | undefined {
  const { plan, caller, view, id, key, accountsCollection } = write
  if (caller.isAdmin && plan.collection.name !== accountsCollection && view.accesses[0]?.rows === "all")
    return undefined
  const row = transaction.get<StoredRow>(sqlQuery(plan.writes.rowSql, [key]))
  if (row === undefined) throw documentNotFound(plan, id)
  return row
}

/** The tag is that of the document as this request would show it; a document that is gone is not found. */
function requireMatch(
  transaction: Transaction,
  write: Pick<UpdateWrite, "plan" | "caller" | "view" | "id" | "key"> & { readonly ifMatch: string },
): void {
  const { plan, id, ifMatch } = write
  const { etag } = answerOf(transaction, write, () => documentNotFound(plan, id))
  if (matchesStrongly(ifMatch, etag)) return
  throw alyxError("PRECONDITION_FAILED", {
    message: `The document ${id} of ${plan.collection.name} is not the one that If-Match names.`,
    next: "Read the document again, apply the change to it, and send its new ETag.",
  })
}

/** Inserts a document whose key is the next number: what is wrong with that number is no fault of the body. */
function runCounted(
  transaction: Transaction,
  query: ReturnType<typeof sqlQuery>,
  write: Pick<RowWrite, "plan" | "values">,
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

function runDelete(transaction: Transaction, { plan, caller, key }: DeleteWrite): number {
  try {
    return transaction.run(sqlQuery(plan.writes.deleteSql, [key])).changes
  } catch (error) {
    throw isAlyxError(error, "REFERENCE_CONFLICT")
      ? explainRestrictedDelete(transaction, { plan, caller, key }, error)
      : error
  }
}
