import path from "node:path"

import { alyxError } from "../../errors.ts"
import { dumpFormats, restoreFormats } from "../../protocol/data-api.ts"
import type { BackupRequest, DumpFormat, QueryRequest, ResetRequest, RestoreFormat } from "../../protocol/data-api.ts"
import { queryMsDefault, queryMsMax } from "../data/query-deadline.ts"
import type { QueryPairs } from "../records/records.ts"
import type { MemberRules } from "./body-members.ts"
import { requireMembers } from "./body-members.ts"

/** Rows that a query gives when nothing else is asked for, and at most. */
export const queryRowsDefault = 100_000
const queryRowsMax = 10_000_000

/** What a dump is asked to be. */
export interface DumpQuery {
  readonly format: DumpFormat
  /** Null for all. */
  readonly collections: readonly string[] | null
  readonly isFramed: boolean
}

/** Reads the query of `/api/admin/db/dump`. */
export function readDumpQuery(pairs: QueryPairs): DumpQuery {
  let format: DumpFormat = "ndjson"
  let isFramed = false
  const collections: string[] = []
  for (const [name, value] of pairs) {
    if (name === "format") format = oneOf(dumpFormats, name, value)
    else if (name === "collection") collections.push(value)
    else if (name === "framed") isFramed = oneOf(["true", "false"] as const, name, value) === "true"
    else throw unknownParameter(name, "format, collection and framed")
  }
  return { format, isFramed, collections: collections.length === 0 ? null : collections }
}

/** Reads the query of `/api/admin/db/restore`. */
export function readRestoreQuery(pairs: QueryPairs): { readonly format: RestoreFormat; readonly name: string } {
  let format: RestoreFormat | undefined
  let file: string | undefined
  for (const [name, value] of pairs) {
    if (name === "format") format = oneOf(restoreFormats, name, value)
    else if (name === "name") file = value.slice(0, fileNameLengthMax)
    else throw unknownParameter(name, "format and name")
  }
  if (format === undefined) throw alyxError("INVALID_QUERY", { message: "format is required." })
  return { format, name: file ?? `the ${format} file` }
}

/** How much of a file's name messages repeat. */
const fileNameLengthMax = 300

/** Reads the body of `/api/admin/db/query`. */
export function readQueryRequest(body: unknown): Required<QueryRequest> {
  const members = requireMembers(body, queryRules, 'Send, for example, {"sql":"SELECT count(*) FROM posts"}.')
  return {
    write: false,
    rowCountMax: queryRowsDefault,
    timeoutMs: queryMsDefault,
    ...(members as unknown as QueryRequest),
  }
}

const queryRules: MemberRules = {
  sql: { check: (value) => (typeof value === "string" ? null : "must be a text"), required: true },
  write: { check: checkFlag },
  rowCountMax: { check: (value) => checkNumber(value, queryRowsMax) },
  timeoutMs: { check: (value) => checkNumber(value, queryMsMax) },
}

/** Reads the body of `/api/admin/db/reset`. */
export function readResetRequest(body: unknown): Required<ResetRequest> {
  const members = requireMembers(body ?? {}, { force: { check: checkFlag } }, 'Send {} or {"force":true}.')
  return { force: false, ...(members as ResetRequest) }
}

/** Reads the body of `/api/admin/db/backup`. */
export function readBackupRequest(body: unknown): BackupRequest {
  return requireMembers(body ?? {}, { file: { check: checkPath } }, 'Send {} or {"file":"/an/absolute/path.db"}.')
}

function checkFlag(value: unknown): string | null {
  return typeof value === "boolean" ? null : "must be true or false"
}

function checkNumber(value: unknown, max: number): string | null {
  const fits = typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= max
  return fits ? null : `must be a whole number from 1 to ${max}`
}

function checkPath(value: unknown): string | null {
  return typeof value === "string" && path.isAbsolute(value) ? null : "must be an absolute path"
}

function oneOf<const Word extends string>(words: readonly Word[], name: string, value: string): Word {
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  throw alyxError("INVALID_QUERY", { message: `${name} must be one of ${words.join(", ")}.` })
}

function unknownParameter(name: string, known: string): Error {
  return alyxError("INVALID_QUERY", { message: `There is no parameter ${name.slice(0, 100)}: ${known} are known.` })
}
