import { alyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import { isJsonObject } from "../../lib/json-object.ts"
import { quoteName } from "../../lib/sql-name.ts"
import type { StoredRow } from "../../rules/rules.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Field } from "../../schema/schema.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Row, SqlValue, Transaction } from "../storage/database.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { parseExpression } from "./expression.ts"
import type { Expression } from "./expression.ts"
import { ExpressionFault } from "./expression-tokens.ts"
import { forbiddenFields } from "./forbidden-fields.ts"
import { isReadable } from "./judge.ts"
import { requireScope } from "./key-scope.ts"
import { documentNotFound } from "./record-key.ts"
import type { ExpressionRights } from "./records.ts"
import { validateKeyless, validateUpdate } from "./validate.ts"
import type { Values } from "./validate.ts"
import type { UpdateWrite } from "./write-record.ts"

/** Which document is changed, and by whom. */
type Target = Pick<UpdateWrite, "plan" | "caller" | "id" | "key">

/** What a change writes to one document; called within the transaction that writes it. */
export type ChangeValues = (transaction: Transaction, target: Target) => Values

/** Expressions in one change: a body has no more fields worth computing. */
const expressionCountMax = 32

/**
 * Reads the body of an update in which members may be expressions, `{views: {$raw: "views + 1"}}`. They are worked out
 * over the stored document, all over the same state, and what comes out is judged like any other value. `key` is that of the document, where it is known.
 */
export function computedChange(
  plan: CollectionPlan,
  body: unknown,
  { rights, key }: { readonly rights: ExpressionRights; readonly key?: StoredValue },
): ChangeValues {
  const { plain, texts } = takeApart(body)
  if (texts.length === 0) {
    // What is wrong with it is said before anything is read.
    if (key === undefined) validateKeyless(plan, withoutKey(plan, plain))
    else validateUpdate(plan, key, plain)
    return (_transaction, target) => validateUpdate(plan, target.key, plain)
  }
  if (texts.length > expressionCountMax) {
    throw alyxError("VALIDATION_ERROR", {
      message: `The change has ${texts.length} expressions; the limit is ${expressionCountMax}.`,
    })
  }
  const computed = texts.map(([name, text]) => ({
    field: fieldOf(plan, name),
    expression: read(plan, name, text, rights),
  }))
  const columns = computed.map(({ expression }, index) => `${expression.sql} AS v${index}`)
  const sql = `SELECT ${columns.join(", ")} FROM ${plan.table} AS d WHERE d.${quoteName(plan.key.name)} = ?`
  const values = computed.flatMap(({ expression }) => expression.values)
  return (transaction, target) => {
    requireReadable(transaction, target, computed)
    const row = compute(transaction, { sql, values: [...values, target.key] })
    const results = computed.map(({ field }, index) => [field.name, shownValue(field, row?.[`v${index}`] ?? null)])
    return validateUpdate(plan, target.key, { ...(plain as object), ...(Object.fromEntries(results) as object) })
  }
}

/** An expression is an object of the one member `$raw`, a text. A document of JSON that looks like that cannot be written here. */
function takeApart(body: unknown): { readonly plain: unknown; readonly texts: readonly (readonly [string, string])[] } {
  if (!isJsonObject(body)) return { plain: body, texts: [] }
  const texts: [string, string][] = []
  const plain: [string, unknown][] = []
  for (const [name, value] of Object.entries(body)) {
    const text = isJsonObject(value) && Object.keys(value).length === 1 ? value["$raw"] : undefined
    if (typeof text === "string") texts.push([name, text])
    else plain.push([name, value])
  }
  return { plain: Object.fromEntries(plain), texts }
}

/** The primary key may be repeated: of several documents which one is known with each. */
function withoutKey({ key }: CollectionPlan, body: unknown): unknown {
  if (!isJsonObject(body) || !Object.hasOwn(body, key.name)) return body
  return Object.fromEntries(Object.entries(body).filter(([name]) => name !== key.name))
}

function fieldOf(plan: CollectionPlan, name: string): Field {
  const field = plan.collection.fields.get(name)
  if (field !== undefined && field !== plan.key) return field
  // The sentence is the one of any other body.
  validateKeyless(plan, { [name]: null })
  throw new Error(`${name} is no field, and was taken for one.`)
}

function read(plan: CollectionPlan, name: string, text: string, rights: ExpressionRights): Expression {
  try {
    return parseExpression(text, { fields: plan.fields, rights })
  } catch (error) {
    if (error instanceof ExpressionFault) throw invalidExpression(name, text, error)
    throw error
  }
}

function invalidExpression(name: string, text: string, { message: fault, offset, next }: ExpressionFault): AlyxError {
  const before = text.slice(0, offset).split("\n")
  const at = { file: `raw() of ${name}`, line: before.length, column: before.at(-1)!.length + 1 }
  const message = `The expression of ${name} cannot be read, at character ${offset + 1}: ${fault}.`
  return alyxError("VALIDATION_ERROR", {
    message,
    ...(next === undefined ? {} : { next }),
    problems: [{ code: "INVALID_EXPRESSION", message, ...(next === undefined ? {} : { next }), at }],
    details: { fields: { [name]: [{ code: "INVALID_EXPRESSION", message }] } },
  })
}

interface Computed {
  readonly field: Field
  readonly expression: Expression
}

/** Who writes what comes of a field could read it: that takes the right to. */
function requireReadable(transaction: Transaction, target: Target, computed: readonly Computed[]): void {
  const { plan, caller, id, key } = target
  requireScope(caller, plan.collection.name, "read")
  if (caller.isAdmin) return
  const row = transaction.get<StoredRow>(sqlQuery(plan.writes.rowSql, [key]))
  if (row === undefined || !isReadable(target, row)) throw documentNotFound(plan, id)
  const fields = new Set(computed.flatMap(({ expression }) => [...expression.fields]))
  const hidden = [...fields].filter(
    ({ name }) => plan.rules.fields.get(name)?.read?.holds(caller, { doc: row }) === false,
  )
  if (hidden.length > 0) throw forbiddenFields(plan, { use: "read", fields: hidden })
}

function compute(
  transaction: Transaction,
  { sql, values }: { readonly sql: string; readonly values: readonly SqlValue[] },
): Row | undefined {
  try {
    return transaction.get(sqlQuery(sql, values))
  } catch (error) {
    // Such as a function with too many arguments, or what is no JSON for one that reads it.
    if (!(error instanceof Error) || !("errcode" in error) || error.errcode !== statementError) throw error
    const message = `The expression cannot be worked out: ${error.message}.`
    throw alyxError("VALIDATION_ERROR", { message, cause: error })
  }
}

/** SQLite's general error: what is wrong is the statement. */
const statementError = 1

/** What comes out of SQL, as a body would have it. */
function shownValue({ type }: Field, value: SqlValue): unknown {
  // Larger than JSON holds; the field's reader says so.
  if (typeof value === "bigint") return Number(value)
  if (type === "bool" && (value === 0 || value === 1)) return value === 1
  if (type === "json" && typeof value === "string") return parsed(value)
  if (type === "blob" && value instanceof Uint8Array) return Buffer.from(value).toString("base64")
  return value
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}
