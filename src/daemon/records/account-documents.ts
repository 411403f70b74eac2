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
import type { Values } from "./validate.ts"
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

  check(account: Parameters<UserDocuments["check"]>[0]): void {
    const plan = this.#planOf(account.schema)
    if (plan === null) this.#refuseValues(account.values)
    else validValues(plan, account)
  }

  insert(transaction: Transaction, account: Parameters<UserDocuments["insert"]>[1]): void {
    const { schema, values } = account
    const plan = this.#planOf(schema)
    if (plan === null) return this.#refuseValues(values)
    requireScope(account.caller, plan.collection.name, "create")
    const valid = validValues(plan, account)
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

  remove(transaction: Transaction, { schema, id, caller }: Parameters<UserDocuments["remove"]>[1]): void {
    const plan = this.#planOf(schema)
    if (plan === null) return
    const collection = this.#collection
    // Documents of other accounts may go with it, and then so do these accounts.
    settleAccounts(this.#parts, { transaction, schema, collection, isOwner: caller.owner }, (inner) =>
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

  /** Without the collection there is nowhere to keep them. */
  #refuseValues(values: Readonly<Record<string, unknown>>): void {
    const names = Object.keys(values)
    if (names.length === 0) return
    throw invalidFields(names, (name) => {
      return `has no place: leave it out, or add a collection ${this.#collection} with the field ${quoted(name)} to schema.yaml`
    })
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

/** The values of the document that an account would have; throws VALIDATION_ERROR with everything that is wrong. */
function validValues(plan: CollectionPlan, account: Parameters<UserDocuments["check"]>[0]): Values {
  const { collection, key } = plan
  const { values, id } = account
  if (Object.hasOwn(values, key.name)) throw invalidFields([key.name], () => "is given by the server")
  return validateCreate(plan, { ...values, ...managedMembers(collection, account), [key.name]: id })
}

function invalidFields(names: readonly string[], reasonOf: (name: string) => string): Error {
  const problems = names.map((name) => ({ name, message: `${quoted(name)} ${reasonOf(name)}.` }))
  const [first] = problems
  const message =
    problems.length === 1 ? first!.message : `The body has ${problems.length} problems; the first: ${first!.message}`
  const fields = problems.map((problem) => [problem.name, [{ code: "UNKNOWN_FIELD", message: problem.message }]])
  return alyxError("VALIDATION_ERROR", { message, details: { fields: Object.fromEntries(fields) as object } })
}
