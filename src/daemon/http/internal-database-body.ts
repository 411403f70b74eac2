import { alyxError } from "../../errors.ts"
import { isJsonObject } from "../../lib/json-object.ts"
import type { HostOperation } from "../functions/host-api.ts"
import { readHostOperation } from "../functions/host-operation.ts"

/** A body of `/internal/v1/db`, before it is known what it asks for. */
export type DatabaseBody = Readonly<Record<string, unknown>>

/** What belongs to the options of a read; it may stand in `options`, or beside `operation`. */
const optionsOfReads: Readonly<Record<string, readonly string[]>> = {
  get: ["expand", "fields"],
  list: ["filter", "sort", "limit", "offset", "cursor", "expand", "fields", "skipTotal"],
  first: ["filter", "sort", "offset", "cursor", "expand", "fields"],
  count: ["filter"],
}

/** Members of each operation, besides those of all. */
const operations = {
  query: {
    get: ["key", "options", ...optionsOfReads["get"]!],
    list: ["options", ...optionsOfReads["list"]!],
    first: ["options", ...optionsOfReads["first"]!],
    count: ["options", ...optionsOfReads["count"]!],
  },
  exec: {
    create: ["data", "expressions"],
    update: ["key", "data", "ifMatch", "expressions"],
    delete: ["key", "ifMatch"],
    updateMany: ["filter", "data", "expressions"],
    deleteMany: ["filter"],
  },
} as const

const membersOfAll = ["collection", "operation", "asAdmin", "tx"]

const databaseExample = 'Send {"collection":"posts","operation":"list","filter":{"status":"open"},"limit":10}.'

/** Reads the body of `query` or `exec`: SQL where it has `sql`, else an operation on documents. */
export function readDatabaseBody(given: unknown, mode: "query" | "exec"): HostOperation {
  const body = objectOf(given, databaseExample)
  return "sql" in body ? readSql(body, mode) : readOperation(body, mode)
}

/** Reads the body of `tx`. */
export function readTransactionBody(given: unknown): HostOperation {
  const example = 'Send {"step":"begin"}, "commit" or "rollback".'
  const body = objectOf(given, example)
  requireMembers(body, body["step"] === "begin" ? ["step", "timeoutMs"] : ["step"], example)
  requireType(body, "timeoutMs", "number")
  return readHostOperation({ op: "transaction", ...body })
}

function readOperation(body: DatabaseBody, mode: "query" | "exec"): HostOperation {
  const byName: Readonly<Record<string, readonly string[]>> = operations[mode]
  const { operation } = body
  if (typeof operation !== "string" || !Object.hasOwn(byName, operation)) {
    const words = Object.keys(byName).join(", ")
    throw refused(`"operation" of /internal/v1/db/${mode} is one of: ${words}.`, databaseExample)
  }
  requireMembers(body, [...membersOfAll, ...byName[operation]!], databaseExample)
  for (const name of ["asAdmin", "tx", "expressions"]) requireType(body, name, "boolean")
  requireType(body, "ifMatch", "string")
  if (body["expressions"] !== true) refuseExpressions(body["data"])
  const options = optionsOf(body, operation)
  return readHostOperation({ ...body, op: "db", action: operation, ...(options === undefined ? {} : { options }) })
}

/** Both forms at once would leave open which one holds. */
function optionsOf(body: DatabaseBody, operation: string): object | undefined {
  const beside = (optionsOfReads[operation] ?? []).filter((name) => body[name] !== undefined)
  const { options } = body
  if (options === undefined || options === null) {
    return beside.length === 0 ? undefined : Object.fromEntries(beside.map((name) => [name, body[name]]))
  }
  if (!isJsonObject(options)) throw refused(`"options" must be an object.`, databaseExample)
  const [first] = beside
  if (first === undefined) return options
  throw refused(
    `"${first}" stands beside "options".`,
    `Write it as options.${first}, or write all options without "options".`,
  )
}

/** Documents that somebody else sent, and that are passed on, must never become expressions: those who mean them say so. */
function refuseExpressions(data: unknown): void {
  if (!isJsonObject(data)) return
  const name = Object.keys(data).find((each) => isJsonObject(data[each]) && Object.hasOwn(data[each], "$raw"))
  if (name === undefined) return
  throw refused(
    `The value of "${name.slice(0, 100)}" is an object with the member $raw, an expression.`,
    'If it is meant as one, send "expressions": true beside "data".',
  )
}

function readSql(body: DatabaseBody, mode: "query" | "exec"): HostOperation {
  const example = 'Send {"sql":"SELECT 1 WHERE 1 = ?","params":[1]}.'
  requireMembers(body, ["sql", "params", "tx"], example)
  requireType(body, "tx", "boolean")
  const { params = [] } = body
  if (!Array.isArray(params)) throw refused(`"params" must be a list of values.`, example)
  return readHostOperation({ ...body, op: "sql", mode, params })
}

function objectOf(body: unknown, example: string): DatabaseBody {
  if (isJsonObject(body)) return body
  throw refused("The body must be a JSON object.", example)
}

function requireMembers(body: DatabaseBody, known: readonly string[], example: string): void {
  const name = Object.keys(body).find((each) => !known.includes(each))
  if (name === undefined) return
  throw refused(`There is no member "${name.slice(0, 100)}" here; there are: ${known.join(", ")}.`, example)
}

/** A member of another type would be left out further on, and the operation would be another one. */
function requireType(body: DatabaseBody, name: string, type: "boolean" | "string" | "number"): void {
  const value = body[name]
  if (value === undefined || value === null || typeof value === type) return
  const word = { boolean: "true or false", string: "a text", number: "a number" }[type]
  throw refused(`"${name}" must be ${word}.`, databaseExample)
}

function refused(message: string, next: string): Error {
  return alyxError("VALIDATION_ERROR", { message, next })
}
