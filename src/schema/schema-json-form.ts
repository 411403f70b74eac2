import { isJsonObject } from "../lib/json-object.ts"
import { namePattern } from "./names.ts"
import { nameLengthMax } from "./limits.ts"
import { fieldTypes, onDeleteActions, ruleOperations, stringFormats } from "./schema.ts"

/** The deepest nesting of a JSON Schema or a default in a stored schema: far more than anybody writes. */
const valueDepthMax = 200

type JsonMap = { readonly [key: string]: unknown }

/** Says what is wrong, as a sentence about its place; null when nothing is. */
type Fault = string | null

type Check = (value: unknown) => boolean

const nameRegExp = new RegExp(namePattern)

const isBoolean: Check = (value) => typeof value === "boolean"
const isText: Check = (value) => typeof value === "string"
const isNumber: Check = (value) => Number.isFinite(value)
const isLength: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const isName: Check = (value) =>
  typeof value === "string" && value.length <= 2 * nameLengthMax && nameRegExp.test(value)
const isOneOf =
  (words: readonly string[]): Check =>
  (value) =>
    words.includes(value as string)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)

/** What each option of a field must be; those of a later version are none of ours. */
const fieldChecks: Readonly<Record<string, Check>> = {
  name: isName,
  type: isOneOf(fieldTypes),
  primary: isBoolean,
  unique: isBoolean,
  nullable: isBoolean,
  index: isBoolean,
  updatedToNow: isBoolean,
  internal: isBoolean,
  default: orNull(isDefault),
  references: orNull(isReference),
  minLength: orNull(isLength),
  maxLength: orNull(isLength),
  min: orNull(isNumber),
  max: orNull(isNumber),
  format: orNull(isOneOf(stringFormats)),
  pattern: orNull(isText),
  enum: orNull((value) => Array.isArray(value) && value.every((item) => isText(item) || isNumber(item))),
  jsonSchema: orNull((value) => isShallow(value, valueDepthMax)),
  rules: (value) => areRules(value, ["read", "write"]),
}

/**
 * Looks whether JSON has the form of a schema: names are names, numbers numbers, words those that there are. Whether all
 * of it fits together is not judged here, since every start looks at the applied schema.
 */
export function schemaFormFault(collections: unknown): Fault {
  if (!Array.isArray(collections)) return "collections must be a list"
  return (
    firstFault(collections.map((collection, index) => () => collectionFault(collection, `collections[${index}]`))) ??
    twinFault(collections, "collections")
  )
}

function collectionFault(json: unknown, at: string): Fault {
  if (!isJsonObject(json)) return `${at} must be an object`
  const { name, fields, indexes = [], rules = {}, readInMemory = false } = json
  if (!isName(name)) return `${at}.name is not a name`
  if (!Array.isArray(fields)) return `${at}.fields must be a list`
  if (!Array.isArray(indexes)) return `${at}.indexes must be a list`
  if (!areRules(rules, ruleOperations)) return `${at}.rules must be an object of rules`
  if (!isBoolean(readInMemory)) return `${at}.readInMemory must be true or false`
  const fault =
    firstFault(fields.map((field, index) => () => fieldFault(field, `${at}.fields[${index}]`))) ??
    firstFault(
      indexes.map((index, place) => () => (isIndex(index) ? null : `${at}.indexes[${place}] is not an index`)),
    ) ??
    twinFault(fields, `${at}.fields`)
  if (fault !== null) return fault
  const keys = fields.filter((field: JsonMap) => field["primary"] === true)
  return keys.length === 1 ? null : `${at} must have one primary key`
}

function fieldFault(json: unknown, at: string): Fault {
  if (!isJsonObject(json)) return `${at} must be an object`
  if (json["name"] === undefined || json["type"] === undefined) return `${at} must have a name and a type`
  for (const [key, value] of Object.entries(json)) {
    if (Object.hasOwn(fieldChecks, key) && !fieldChecks[key]!(value)) return `${at}.${key} is not what it must be`
  }
  return null
}

/** SQLite does not tell upper from lower case. */
function twinFault(named: readonly JsonMap[], at: string): Fault {
  const names = new Set(named.map(({ name }) => String(name).toLowerCase()))
  return names.size === named.length ? null : `${at} has a name twice`
}

function firstFault(checks: readonly (() => Fault)[]): Fault {
  for (const check of checks) {
    const fault = check()
    if (fault !== null) return fault
  }
  return null
}

function isIndex(json: unknown): boolean {
  if (!isJsonObject(json) || !isName(json["name"]) || !isBoolean(json["unique"])) return false
  const { fields } = json
  const isField = (field: unknown): boolean => isJsonObject(field) && isName(field["name"]) && isOrder(field["order"])
  return Array.isArray(fields) && fields.length > 0 && fields.every(isField)
}

const isOrder = isOneOf(["asc", "desc"])

const isAction = isOneOf(onDeleteActions)

function isReference(json: unknown): boolean {
  return isJsonObject(json) && isName(json["collection"]) && isName(json["field"]) && isAction(json["onDelete"])
}

function isDefault(json: unknown): boolean {
  if (!isJsonObject(json)) return false
  const { kind, value } = json
  return kind === "auto" || kind === "now" || (kind === "literal" && isShallow(value, valueDepthMax))
}

function areRules(json: unknown, operations: readonly string[]): boolean {
  if (!isJsonObject(json)) return false
  return operations.every((operation) => !Object.hasOwn(json, operation) || isText(json[operation]))
}

function isShallow(value: unknown, depth: number): boolean {
  if (value === undefined) return false
  if (typeof value !== "object" || value === null) return true
  return depth > 0 && Object.values(value).every((inner) => isShallow(inner, depth - 1))
}
