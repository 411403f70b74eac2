import type { PassedError } from "../storage/sqlite/passed-error.ts"
import type { DumpFormat, RestoreFormat } from "../../protocol/data-api.ts"
import type { SchemaJson } from "../../schema/schema-json.ts"
import type { ResetContent } from "./reset-content.ts"

/** Writes what is in the database to the output. */
export interface DumpJob {
  readonly kind: "dump"
  readonly path: string
  readonly format: DumpFormat
  /** Null for all. */
  readonly collections: readonly string[] | null
  /** Whether several files are put into the one output, for csv; see framedOutput. */
  readonly isFramed: boolean
  /** The version of Alyx. */
  readonly version: string
  /** ISO 8601. */
  readonly at: string
}

/** Runs one statement and writes its rows to the output. */
export interface QueryJob {
  readonly kind: "query"
  readonly path: string
  readonly sql: string
  /** For its placeholders, in order; none when left out. */
  readonly parameters?: readonly (string | number | boolean | null)[]
  readonly mayWrite: boolean
  readonly rowCountMax: number
  /** Put into the change log. */
  readonly requestId: string
}

/** Makes a new database file of what comes in. */
export interface BuildJob {
  readonly kind: "build"
  readonly target: string
  readonly format: RestoreFormat
  /** What the input is called in messages. */
  readonly name: string
  readonly at: string
}

/** Makes a new database file without documents. */
export interface EmptyJob {
  readonly kind: "empty"
  readonly target: string
  readonly content: ResetContent
  readonly at: string
}

/** What a data process is started for: one of these, then it ends. */
export type DataJob = DumpJob | QueryJob | BuildJob | EmptyJob

/** What it says meanwhile; the output itself is only bytes. */
export type DataMessage =
  /** Nothing that can be wrong with the request is; the output may begin. */
  | { readonly kind: "ready" }
  | { readonly kind: "progress"; readonly message: string }
  /** What was asked for is done, and its commit begins: from here on ending the process says nothing of it. */
  | { readonly kind: "committing" }
  /** What was asked for is committed; the output follows. */
  | { readonly kind: "committed"; readonly wrote: boolean }
  | { readonly kind: "built"; readonly built: BuiltDatabase }
  | { readonly kind: "failed"; readonly error: PassedError }

/** A database file that may take the place of the served one. */
export interface BuiltDatabase {
  readonly schema: SchemaJson
  /** Documents by collection. */
  readonly collections: Readonly<Record<string, number>>
  readonly pageBytes: number
  /** What a person should know of the file. */
  readonly notices: readonly string[]
}
