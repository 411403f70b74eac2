import { alyxError } from "../../../errors.ts"
import type { AlyxError } from "../../../errors.ts"
import type { FieldFaultCode } from "../../../schema/field-reader.ts"

/** SQLite's result codes that Alyx decides by (https://sqlite.org/rescode.html); the low byte is the primary code. */
export const sqliteCodes = {
  busy: 5,
  readOnly: 8,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  tooBig: 18,
  constraint: 19,
  notADatabase: 26,
  constraintCheck: 275,
  constraintForeignKey: 787,
  constraintNotNull: 1299,
  constraintPrimaryKey: 1555,
  constraintTrigger: 1811,
  constraintUnique: 2067,
  constraintRowid: 2579,
  constraintDatatype: 3091,
  sharedMemorySize: 4874,
} as const

/** What a constraint is about. */
interface ConstraintPlace {
  readonly collection: string
  readonly fields: readonly string[]
}

/** Returns SQLite's extended result code, or undefined when the error is not SQLite's. */
export function sqliteErrorCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined
  return typeof error.errcode === "number" ? error.errcode : undefined
}

/** Returns SQLite's primary result code, such as `sqliteCodes.busy`. */
export function sqlitePrimaryCode(error: unknown): number | undefined {
  const code = sqliteErrorCode(error)
  return code === undefined ? undefined : code & 0xff
}

/** Turns an error of SQLite into the AlyxError that it means; any other error comes back as it is. */
export function translateSqliteError(error: unknown): unknown {
  const code = sqliteErrorCode(error)
  if (code === undefined) return error
  const { message } = error as Error
  switch (code & 0xff) {
    case sqliteCodes.constraint:
      return constraintError(code, message, error)
    case sqliteCodes.full:
      return storageFull(error)
    case sqliteCodes.busy:
      return databaseBusy(error)
    case sqliteCodes.tooBig:
      return alyxError("ANSWER_TOO_LARGE", { next: "Ask for fewer documents, fields or relations.", cause: error })
    case sqliteCodes.readOnly:
      return alyxError("FILE_UNWRITABLE", {
        message: "The database, or its folder, is read-only.",
        next: "Give this user the right to write the file and its folder, on a file system that can be written.",
        cause: error,
      })
    case sqliteCodes.corrupt:
    case sqliteCodes.notADatabase:
      return alyxError("DATABASE_CORRUPT", {
        next: "Stop Alyx, keep a copy of the database folder, and restore the last backup.",
        cause: error,
      })
    default:
      return code === sqliteCodes.sharedMemorySize ? storageFull(error) : error
  }
}

/** The answer to writes that could not get the database within their time. */
export function databaseBusy(cause?: unknown): AlyxError {
  return alyxError("DATABASE_BUSY", {
    next: "Try again; if it stays so, close the other program that has the database open.",
    retryAfterSeconds: 1,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** The answer to writes that waited in vain for work of our own. */
export function databaseInUse(): AlyxError {
  return alyxError("DATABASE_BUSY", {
    message:
      "The server itself holds the database, for a change of tables, an import, a restore or a statement that writes.",
    next: "Try again when that is done; the log of the server says how far it is.",
    retryAfterSeconds: 1,
  })
}

function storageFull(cause: unknown): AlyxError {
  return alyxError("STORAGE_FULL", { next: "Make room on the disk that holds the database; reads go on.", cause })
}

function constraintError(code: number, message: string, cause: unknown): unknown {
  switch (code) {
    case sqliteCodes.constraintUnique:
    case sqliteCodes.constraintPrimaryKey:
    case sqliteCodes.constraintRowid: {
      const details = columnsOf(message)
      return alyxError("UNIQUE_CONFLICT", { message: uniqueSentence(details), details: { ...details }, cause })
    }
    case sqliteCodes.constraintNotNull: {
      return validationError(columnsOf(message), "NOT_NULLABLE", "must not be null", cause)
    }
    case sqliteCodes.constraintCheck: {
      const { rule, ...place } = checkOf(message)
      return validationError(place, codesByRule[rule] ?? "WRONG_TYPE", `breaks "${rule}"`, cause)
    }
    case sqliteCodes.constraintDatatype: {
      const place = columnsOf(message.replace(/^.* column /, ": "))
      return validationError(place, "WRONG_TYPE", "has a value of the wrong type", cause)
    }
    case sqliteCodes.constraintForeignKey:
      return alyxError("REFERENCE_CONFLICT", { cause })
    case sqliteCodes.constraintTrigger:
      if (!message.startsWith("FOREIGN KEY")) return cause
      return alyxError("REFERENCE_CONFLICT", { message: "Other documents still point to this one.", cause })
    default:
      return cause
  }
}

/** What the problem of a body is called that breaks a check of the table's definition. */
const codesByRule: Readonly<Record<string, FieldFaultCode>> = {
  type: "WRONG_TYPE",
  minLength: "TOO_SHORT",
  maxLength: "TOO_LONG",
  min: "TOO_SMALL",
  max: "TOO_LARGE",
  enum: "NOT_IN_ENUM",
}

/** Has the form of the answer to a body that breaks the schema. */
function validationError(
  { collection, fields }: ConstraintPlace,
  code: FieldFaultCode,
  fault: string,
  cause: unknown,
): AlyxError {
  const message = `${fields.map((field) => `${collection}.${field}`).join(", ")} ${fault}.`
  const byField = Object.fromEntries(fields.map((field) => [field, [{ code, message }]]))
  return alyxError("VALIDATION_ERROR", { message, details: { collection, fields: byField }, cause })
}

/** Reads "UNIQUE constraint failed: posts.author_id, posts.slug". */
function columnsOf(message: string): ConstraintPlace {
  const columns = message
    .slice(message.indexOf(": ") + 2)
    .split(", ")
    .map((column) => column.split("."))
  return { collection: columns[0]?.[0] ?? "", fields: columns.map((column) => column[1] ?? "") }
}

/** Reads "CHECK constraint failed: posts.title maxLength", the form that the tables' definition gives its names. */
function checkOf(message: string): ConstraintPlace & { readonly rule: string } {
  const name = message.slice(message.indexOf(": ") + 2)
  const [, collection, field, rule] = /^([^.]+)\.(\S+) (\S+)$/.exec(name) ?? []
  return { collection: collection ?? "", fields: field === undefined ? [] : [field], rule: rule ?? name }
}

function uniqueSentence(details: ConstraintPlace): string {
  const [field] = details.fields
  return details.fields.length === 1
    ? `Another document of ${details.collection} already has this ${field}.`
    : `Another document of ${details.collection} already has this combination of ${details.fields.join(", ")}.`
}
