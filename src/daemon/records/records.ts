import type { Clock } from "../../lib/clock.ts"
import { fixedRequestLimits } from "../../project/request-limits.ts"
import type { Schema } from "../../schema/schema.ts"
import type { Caller } from "../caller.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import type { Database, SlowReader } from "../storage/database.ts"

/**
 * The vocabulary of this folder. Each operation has a file of its own: listRecords (list.ts), getRecord (get.ts),
 * createRecord (create.ts), updateRecord (update.ts), deleteRecord (delete.ts), runBatch (batch.ts). They know nothing
 * of HTTP: what is wrong with a request is thrown as an AlyxError.
 */

/** Everything that the operations need; made once a daemon. */
export interface RecordParts {
  readonly database: Database & SlowReader
  /** The schema that is served now: a request that waits may meet another one than it began with. */
  readonly schemas: Pick<SchemaHolder, "current">
  readonly clock: Clock
  readonly limits: RecordLimits
  /** In dev: whether the refusal of a rule carries the rule with the value of every part. */
  readonly explains: boolean
  /** `auth.collection`: the collection of accounts' documents, whose managed fields only admins write; null for none. */
  readonly accountsCollection: string | null
  /** Called after each commit in which a write on documents changed or ended accounts; it must not throw. */
  readonly accountsChanged: () => void
}

/** How much one request may ask for. */
export interface RecordLimits {
  /** Documents on a page when the query does not say. */
  readonly pageDefault: number
  readonly pageMax: number
  /** Rows that a page may skip; cursors have no such limit. */
  readonly offsetMax: number
  readonly filterCountMax: number
  /** UTF-16 code units of one filter's value. */
  readonly filterValueLengthMax: number
  /** Values of one `in`. */
  readonly inListMax: number
  readonly sortKeyMax: number
  /** Relations followed one after the other: `expand=post.author.team` has three. */
  readonly expandDepthMax: number
  /** Relations that one request expands, counted over all levels. */
  readonly expandCountMax: number
  /** Documents of one back relation in one document. */
  readonly backRelationMax: number
  /** Documents of one answer, expanded ones included. */
  readonly answerDocumentMax: number
  readonly batchMax: number
}

/** The limits where the configuration says nothing. */
export const defaultRecordLimits: RecordLimits = {
  ...fixedRequestLimits,
  pageDefault: 50,
  pageMax: 500,
  filterCountMax: 20,
  expandDepthMax: 3,
  batchMax: 500,
}

/** The query of a URL, decoded, in the order written. */
export type QueryPairs = readonly (readonly [name: string, value: string])[]

/** One request's frame. The schema is read once, at the start of the request. */
export interface RecordRequest {
  readonly schema: Schema
  readonly collection: string
  readonly caller: Caller
}

/** Asks for a page of documents. */
export interface ListRequest extends RecordRequest {
  readonly query: QueryPairs
  /** Besides those of the query: `{author_id: "ada", views: {$gte: 10}}`. */
  readonly filter?: Readonly<Record<string, unknown>>
}

/** Asks for one document. */
export interface GetRequest extends RecordRequest {
  readonly id: string
  readonly query: QueryPairs
  /** The header as sent: `*`, or one or more entity tags. */
  readonly ifNoneMatch?: string
}

/** Asks for a new document. */
export interface CreateRequest extends RecordRequest {
  /** The parsed JSON body, whatever it is. */
  readonly body: unknown
  readonly query: QueryPairs
}

/** Asks for a partial change of one document. */
export interface UpdateRequest extends RecordRequest {
  readonly id: string
  readonly body: unknown
  readonly query: QueryPairs
  /** The header as sent: `*`, or one or more entity tags. */
  readonly ifMatch?: string
  /** Whether members of the body may be expressions over the document, and what of; left out: they are values. */
  readonly expressions?: ExpressionRights
}

/** What an expression `{$raw: "views + 1"}` may be made of: literals, fields of the document and operators; functions too. */
export type ExpressionRights = "operators" | "functions"

/** Asks for a partial change of every document that a filter finds. */
export interface UpdateManyRequest extends RecordRequest {
  /** An object, or filters of the form `field:operator:value`. */
  readonly filter: ManyFilter
  readonly body: unknown
  readonly expressions?: ExpressionRights
}

/** Asks for the end of every document that a filter finds. */
export interface DeleteManyRequest extends RecordRequest {
  readonly filter: ManyFilter
}

/** Which documents a write concerns: filters of the form `field:operator:value`, and conditions as an object. */
export interface ManyFilter {
  readonly texts: readonly string[]
  readonly object: Readonly<Record<string, unknown>>
}

/** Asks for the end of one document. */
export interface DeleteRequest extends RecordRequest {
  readonly id: string
  /** What the document was read with, for If-Match. */
  readonly query: QueryPairs
  readonly ifMatch?: string
}

/** Several writes that happen together or not at all. */
export interface BatchRequest {
  readonly schema: Schema
  readonly caller: Caller
  /** A batch knows no parameters: any is a slip. */
  readonly query: QueryPairs
  readonly body: unknown
}

/** JSON text, as a string or as its UTF-8 bytes. */
export type JsonText = string | Uint8Array

/** One document as the caller sees it. */
export interface RecordAnswer {
  /** JSON. */
  readonly body: string
  /** A strong entity tag of the body, in quotes, as the ETag header has it. */
  readonly etag: string
}

/** The answer to a create. */
export interface CreatedRecord extends RecordAnswer {
  /** The primary key, for the Location header. */
  readonly id: string
}
