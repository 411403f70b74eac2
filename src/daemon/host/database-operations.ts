import { alyxError } from "../../errors.ts"
import type { DatabaseOperation } from "../../functions/guest-abi.ts"
import type { Caller } from "../caller.ts"
import type { HostAnswer } from "../functions/host-api.ts"
import { callerOfOperation } from "../records/batch-operations.ts"
import { createRecord } from "../records/create.ts"
import { deleteRecord } from "../records/delete.ts"
import { getRecord } from "../records/get.ts"
import { listRecords } from "../records/list.ts"
import { deleteMany, updateMany } from "../records/many.ts"
import type { ExpressionRights, RecordParts } from "../records/records.ts"
import { updateRecord } from "../records/update.ts"
import { listPairs, manyFilter } from "./list-pairs.ts"

/** Where an operation of a function on documents happens, and as whom. */
export interface DatabaseFrame {
  /** Of the database, or of the transaction that the call has open. */
  readonly records: RecordParts
  readonly caller: Caller
  readonly expressions: ExpressionRights
}

/**
 * Runs one operation of `ctx.db`: the same functions as behind the REST routes, with the same rules, limits and errors.
 * Documents stay the text that SQLite made of them.
 */
export async function runDatabaseOperation(frame: DatabaseFrame, operation: DatabaseOperation): Promise<HostAnswer> {
  const { records } = frame
  const { collection, action } = operation
  if (typeof collection !== "string") throw malformed("collection", "a text")
  const body = operation.action === "create" || "data" in operation ? operation.data : null
  const caller = callerOfOperation(frame.caller, body)
  const target = { schema: records.schemas.current, collection, caller }
  switch (action) {
    case "get": {
      const { pairs } = listPairs(operation.options, ["expand", "fields"])
      const found = await getRecord(records, { ...target, id: keyOf(operation), query: pairs })
      return found === "not-modified" ? { value: null } : bytesOf(found.body)
    }
    case "list":
      return bytesOf(await listText(records, target, operation.options))
    case "first":
      return bytesOf(onlyDocument(await listText(records, target, operation.options, onePair)))
    case "count": {
      const { pairs, filter } = listPairs(operation.options, ["filter"])
      const text = String(await listRecords(records, { ...target, query: [...pairs, ["limit", "1"]], filter }))
      return { value: Number(/\d+/.exec(text.slice(text.lastIndexOf(totalMark)))![0]) }
    }
    case "create":
      return bytesOf((await createRecord(records, { ...target, body: operation.data, query: [] })).body)
    case "update": {
      const { expressions } = frame
      const change = { ...target, id: keyOf(operation), body: operation.data, query: [], expressions }
      return bytesOf((await updateRecord(records, { ...change, ...ifMatchOf(operation) })).body)
    }
    case "delete":
      await deleteRecord(records, { ...target, id: keyOf(operation), query: [], ...ifMatchOf(operation) })
      return { value: null }
    case "updateMany": {
      const { expressions } = frame
      const filter = requiredFilter(operation)
      return { value: { count: await updateMany(records, { ...target, filter, body: operation.data, expressions }) } }
    }
    case "deleteMany":
      return { value: { count: await deleteMany(records, { ...target, filter: requiredFilter(operation) }) } }
    default:
      throw malformed("action", "one of get, list, first, count, create, update, delete, updateMany, deleteMany")
  }
}

const onePair = [
  ["limit", "1"],
  ["skipTotal", "true"],
] as const

/** Inside a text of JSON a quote has a backslash before it, so that this stands nowhere in a document's texts. */
const totalMark = '],"total":'

async function listText(
  records: RecordParts,
  target: Omit<Parameters<typeof listRecords>[1], "query">,
  options: unknown,
  more: typeof onePair | readonly [] = [],
): Promise<string> {
  const { pairs, filter } = listPairs(options)
  return String(await listRecords(records, { ...target, query: [...pairs, ...more], filter }))
}

/** The document of a page of one, or null. A page ends with its total, after which no document stands. */
function onlyDocument(page: string): string {
  const document = page.slice('{"docs":['.length, page.lastIndexOf(totalMark))
  return document === "" ? "null" : document
}

function bytesOf(text: string): HostAnswer {
  return { body: Buffer.from(text) }
}

function keyOf({ key }: { readonly key: unknown }): string {
  if (typeof key === "string" || typeof key === "number") return String(key)
  throw malformed("key", "the primary key of a document: a text or a number")
}

/** A filter that is forgotten would concern every document: that has to be said. */
function requiredFilter({ filter }: { readonly filter: unknown }): ReturnType<typeof manyFilter> {
  const isEmptyList = Array.isArray(filter) && filter.length === 0
  if (filter === undefined || filter === null || isEmptyList) {
    throw malformed("filter", "given, and no empty list; {} means every document")
  }
  return manyFilter(filter)
}

function ifMatchOf({ ifMatch }: { readonly ifMatch?: unknown }): { readonly ifMatch?: string } {
  if (ifMatch === undefined || ifMatch === null) return {}
  if (typeof ifMatch === "string") return { ifMatch }
  throw malformed("ifMatch", "an entity tag")
}

function malformed(name: string, wanted: string): Error {
  return alyxError("BAD_REQUEST", { message: `"${name}" of a database operation must be ${wanted}.` })
}
