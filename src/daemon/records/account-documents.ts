import { alyxError, isAlyxError } from "../../errors.ts"
import type { Collection, Schema } from "../../schema/schema.ts"
import type { ManagedValues, UserDocuments } from "../auth/user-documents.ts"
import { managedFields } from "../auth/user-documents.ts"
import type { Transaction } from "../storage/database.ts"
import { sqlQuery } from "../storage/database.ts"
import { callerOfOperation } from "./batch-operations.ts"
import { collectionPlan } from "./collection-plan.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { getRecord } from "./get.ts"
import { judgeCreate } from "./judge.ts"
import { requireScope } from "./key-scope.ts"
import { quoted } from "./query-problems.ts"
import type { RecordParts } from "./records.ts"
import { settleAccounts } from "./settle-accounts.ts"
import { validateCreate, validateUpdate } from "./validate.ts"
import { changeRow, completeRow, insertCompleted } from "./write-record.ts"

/** The documents of accounts, over the same writes as those of the records API. */
export class AccountDocuments implements UserDocuments {
  readonly #parts: RecordParts
  readonly #collection: string

  constructor({ records, collection }: { readonly records: RecordParts; readonly collection: string }) {
    this.#parts = records
    this.#collection = collection
  }

  isServed(schema: Schema): boolean {
    return this.#planOf(schema) !== null
  }

  insert(transaction: Transaction, account: Parameters<UserDocuments["insert"]>[1]): void {
    const { schema, id, values } = account
    const plan = this.#planOf(schema)
    if (plan === null) return refuseValues(values)
    const { collection, key } = plan
    if (Object.hasOwn(values, key.name)) throw invalidField(key.name, "is given by the server")
    requireScope(account.caller, collection.name, "create")
    const body = { ...values, ...managedMembers(collection, account), [key.name]: id }
    const valid = validateCreate(plan, body)
    const row = completeRow({ plan, values: valid, nowMs: this.#parts.clock.now() })
    const { explains, accountsCollection } = this.#parts
    // Rules never see the password, which came in the same body.
    const caller = callerOfOperation(account.caller, values)
    const named = new Map([...valid].filter(([name]) => Object.hasOwn(values, name)))
    judgeCreate({ plan, caller, explains, accountsCollection }, { row: Object.fromEntries(row), values: named })
    insertCompleted(transaction, { plan, values: valid }, row)
  }

  mirror(transaction: Transaction, account: Parameters<UserDocuments["mirror"]>[1]): void {
    const { schema, id } = account
    const plan = this.#planOf(schema)
    if (plan === null) return
    const body = managedMembers(plan.collection, account)
    if (Object.keys(body).length === 0) return
    const values = validateUpdate(plan, id, body)
    changeRow(transaction, { plan, key: id, values, nowMs: this.#parts.clock.now() })
  }

  remove(transaction: Transaction, { schema, id }: { readonly schema: Schema; readonly id: string }): void {
    const plan = this.#planOf(schema)
    if (plan === null) return
    // Documents of other accounts may go with it, and then so do these accounts.
    settleAccounts(this.#parts, { transaction, schema, collection: this.#collection }, (inner) =>
      inner.run(sqlQuery(plan.writes.deleteSql, [id])),
    )
  }

  read(_reader: unknown, account: Parameters<UserDocuments["read"]>[1]): Readonly<Record<string, unknown>> | null {
    const { schema, id, caller } = account
    if (!this.isServed(schema)) return null
    try {
      const found = getRecord(this.#parts, { schema, collection: this.#collection, id, caller, query: [] })
      if (found instanceof Promise || found === "not-modified") return null
      return JSON.parse(found.body) as Record<string, unknown>
    } catch (error) {
      // An account may have no document, or may not read it.
      if (isAlyxError(error, "DOCUMENT_NOT_FOUND")) return null
      throw error
    }
  }

  #planOf(schema: Schema): CollectionPlan | null {
    const collection = schema.collections.get(this.#collection)
    const type = collection?.primaryKey.type
    if (type !== "uuid" && type !== "string") return null
    return collectionPlan(this.#parts.limits, schema, this.#collection)
  }
}

/** The managed values that the collection has fields for. */
function managedMembers(collection: Collection, values: Partial<ManagedValues>): Record<string, unknown> {
  const members: Record<string, unknown> = {}
  for (const name of managedFields) {
    if (values[name] !== undefined && collection.fields.has(name)) members[name] = values[name]
  }
  return members
}

function refuseValues(values: Readonly<Record<string, unknown>>): void {
  const [name] = Object.keys(values)
  if (name !== undefined)
    throw invalidField(name, "is no member: the schema has no collection for more than an account")
}

function invalidField(name: string, reason: string): Error {
  const message = `${quoted(name)} ${reason}.`
  return alyxError("VALIDATION_ERROR", {
    message,
    details: { fields: { [name]: [{ code: "UNKNOWN_FIELD", message }] } },
  })
}
