import { alyxError } from "../../errors.ts"
import type { DatabaseOperation, SqlOperation } from "../../functions/guest-abi.ts"
import type { HostOperation } from "./host-api.ts"

type Header = Readonly<Record<string, unknown>>

/**
 * Reads an operation as a guest wrote it: members that are known, of the types that they have, in a fresh object. Values that the
 * operation carries (documents, filters) are checked by those who use them.
 */
export function readHostOperation(header: unknown): HostOperation {
  if (typeof header !== "object" || header === null) throw refused("An operation is an object.")
  const given = header as Header
  switch (given["op"]) {
    case "fetch":
      return {
        op: "fetch",
        url: textOf(given, "url"),
        method: textOf(given, "method").toUpperCase(),
        headers: headersOf(given["headers"]),
        redirect: oneOf(given, "redirect", ["follow", "manual", "error"] as const),
      }
    case "db":
      return databaseOperation(given)
    case "transaction":
      return transactionOperation(given)
    case "sql":
      return sqlOperation(given)
    case "invoke":
      return { op: "invoke", name: textOf(given, "name") }
    default:
      throw refused(`There is no operation ${JSON.stringify(given["op"])?.slice(0, 60)}.`)
  }
}

function databaseOperation(given: Header): DatabaseOperation {
  const common = {
    op: "db" as const,
    collection: textOf(given, "collection"),
    ...(given["asAdmin"] === true ? { asAdmin: true as const } : {}),
    ...(given["tx"] === true ? { tx: true as const } : {}),
  }
  const options = optionsOf(given)
  const ifMatch = typeof given["ifMatch"] === "string" ? { ifMatch: given["ifMatch"] } : {}
  const { data, filter } = given
  const action = oneOf(given, "action", actions)
  switch (action) {
    case "get":
      return { ...common, action, key: keyOf(given), ...options }
    case "list":
    case "first":
    case "count":
      return { ...common, action, ...options }
    case "create":
      return { ...common, action, data }
    case "update":
      return { ...common, action, key: keyOf(given), data, ...ifMatch }
    case "delete":
      return { ...common, action, key: keyOf(given), ...ifMatch }
    case "updateMany":
      return { ...common, action, filter, data }
    case "deleteMany":
      return { ...common, action, filter }
  }
}

const actions = ["get", "list", "first", "count", "create", "update", "delete", "updateMany", "deleteMany"] as const

function transactionOperation(given: Header): HostOperation {
  const step = oneOf(given, "step", ["begin", "commit", "rollback"] as const)
  if (step !== "begin") return { op: "transaction", step }
  const { timeoutMs } = given
  return { op: "transaction", step, ...(typeof timeoutMs === "number" ? { timeoutMs } : {}) }
}

function sqlOperation(given: Header): SqlOperation {
  const { params } = given
  return {
    op: "sql",
    mode: oneOf(given, "mode", ["query", "exec"] as const),
    sql: textOf(given, "sql"),
    params: Array.isArray(params) ? (params as unknown[]) : [],
    ...(given["tx"] === true ? { tx: true as const } : {}),
  }
}

function optionsOf(given: Header): { options?: object } {
  const { options } = given
  return typeof options === "object" && options !== null ? { options } : {}
}

function keyOf(given: Header): string | number {
  const { key } = given
  if (typeof key === "string" || typeof key === "number") return key
  throw refused("An operation on one document has its key, a text or a number.")
}

function textOf(given: Header, name: string): string {
  const value = given[name]
  if (typeof value === "string") return value
  throw refused(`An operation ${JSON.stringify(given["op"])} has a text \`${name}\`.`)
}

function oneOf<T extends string>(given: Header, name: string, words: readonly T[]): T {
  const value = given[name]
  const word = words.find((one) => one === value)
  if (word !== undefined) return word
  throw refused(`\`${name}\` of an operation is one of: ${words.join(", ")}.`)
}

function headersOf(given: unknown): readonly (readonly [string, string])[] {
  if (!Array.isArray(given)) throw refused("Headers are a list of pairs.")
  return given.map((pair: unknown) => {
    const [name, value] = Array.isArray(pair) ? (pair as unknown[]) : []
    if (typeof name !== "string" || typeof value !== "string") throw refused("A header is a pair of texts.")
    return [name, value] as const
  })
}

function refused(message: string): Error {
  return alyxError("VALIDATION_ERROR", { message })
}
