import type { Caller } from "../../../src/daemon/caller.ts"
import { isAlyxError } from "../../../src/errors.ts"
import type { AlyxError } from "../../../src/errors.ts"
import { runBatch } from "../../../src/daemon/records/batch.ts"
import { createRecord } from "../../../src/daemon/records/create.ts"
import { deleteRecord } from "../../../src/daemon/records/delete.ts"
import { getRecord } from "../../../src/daemon/records/get.ts"
import type { FoundRecord } from "../../../src/daemon/records/get.ts"
import { listRecords } from "../../../src/daemon/records/list.ts"
import { defaultRecordLimits } from "../../../src/daemon/records/records.ts"
import type { QueryPairs, RecordAnswer, RecordLimits, RecordParts } from "../../../src/daemon/records/records.ts"
import { updateRecord } from "../../../src/daemon/records/update.ts"
import { SchemaHolder } from "../../../src/daemon/schema-holder.ts"
import { parseSchema } from "../../../src/schema/parse.ts"
import type { Schema } from "../../../src/schema/schema.ts"
import { ownerCaller } from "../../helpers/owner-caller.ts"
import { openTempDatabase } from "../storage/open-temp-database.ts"
import type { TempDatabase } from "../storage/open-temp-database.ts"

/** A document as a client reads it. */
export type Doc = Record<string, unknown>

/** The answer to a list, read. */
export interface Listed {
  readonly docs: Doc[]
  readonly total: number | null
  readonly limit: number
  readonly offset?: number
  readonly next_cursor?: string | null
  readonly truncated?: boolean
}

/** How the records under test are made. */
export interface RecordsOptions {
  readonly limits?: Partial<RecordLimits>
  readonly explains?: boolean
  readonly accountsCollection?: string
}

/** The records of a schema over a real database file, called as the HTTP layer calls them and read as a client would. */
export class TestRecords {
  readonly schema: Schema
  readonly database: TempDatabase
  /** Moves only when a test moves it. */
  nowMs = Date.UTC(2026, 0, 1)
  /** The one that is served; a test may put another in its place. */
  readonly schemas: SchemaHolder
  readonly parts: RecordParts
  /** How often a write changed accounts. */
  accountChangeCount = 0
  /** Who asks from now on. */
  caller: Caller = ownerCaller("req_test", "127.0.0.1")

  constructor(schema: Schema, database: TempDatabase, options: RecordsOptions) {
    this.schema = schema
    this.schemas = new SchemaHolder(schema)
    this.database = database
    this.parts = {
      database: database.database,
      schemas: this.schemas,
      clock: { now: () => this.nowMs },
      limits: { ...defaultRecordLimits, ...options.limits },
      explains: options.explains ?? false,
      accountsCollection: options.accountsCollection ?? null,
      accountsChanged: () => void (this.accountChangeCount += 1),
    }
  }

  async listText(collection: string, query: string | QueryPairs = ""): Promise<string> {
    return String(await listRecords(this.parts, { ...this.#frame(collection), query: pairs(query) }))
  }

  async list(collection: string, query: string | QueryPairs = ""): Promise<Listed> {
    return JSON.parse(await this.listText(collection, query)) as Listed
  }

  /** One field of every document of a page, in order. */
  async pluck(collection: string, field: string, query: string | QueryPairs = ""): Promise<unknown[]> {
    return (await this.list(collection, query)).docs.map((doc) => doc[field])
  }

  async answer(collection: string, id: string, query = "", ifNoneMatch?: string): Promise<FoundRecord> {
    const condition = ifNoneMatch === undefined ? {} : { ifNoneMatch }
    return getRecord(this.parts, { ...this.#frame(collection), id, query: pairs(query), ...condition })
  }

  async get(collection: string, id: string, query = ""): Promise<Doc> {
    return read((await this.answer(collection, id, query)) as RecordAnswer)
  }

  async etag(collection: string, id: string, query = ""): Promise<string> {
    return ((await this.answer(collection, id, query)) as RecordAnswer).etag
  }

  async create(collection: string, body: unknown, query = ""): Promise<Doc> {
    return read(await createRecord(this.parts, { ...this.#frame(collection, body), body, query: pairs(query) }))
  }

  async update(collection: string, id: string, body: unknown, options: { query?: string; ifMatch?: string } = {}) {
    const { query = "", ...condition } = options
    const request = { ...this.#frame(collection, body), id, body, query: pairs(query), ...condition }
    return read(await updateRecord(this.parts, request))
  }

  delete(collection: string, id: string, ifMatch?: string, query = ""): Promise<void> {
    const condition = ifMatch === undefined ? {} : { ifMatch }
    return deleteRecord(this.parts, { ...this.#frame(collection), id, query: pairs(query), ...condition })
  }

  async batch(operations: unknown, query = ""): Promise<Doc[]> {
    const request = { schema: this.schema, caller: this.caller, query: pairs(query), body: { operations } }
    const text = await runBatch(this.parts, request)
    return (JSON.parse(String(text)) as { results: Doc[] }).results
  }

  /** The body of a request is what rules see as `request.body`. */
  #frame(collection: string, body: unknown = null) {
    const request = { ...this.caller.request, body }
    return { schema: this.schema, collection, caller: { ...this.caller, request } }
  }
}

/** Opens a database with the tables of a schema.yaml; the caller removes it. */
export async function openRecords(schemaYaml: string | Schema, options: RecordsOptions = {}): Promise<TestRecords> {
  const schema = typeof schemaYaml === "string" ? readSchema(schemaYaml) : schemaYaml
  return new TestRecords(schema, await openTempDatabase({ schema, durability: "normal" }), options)
}

function readSchema(yaml: string): Schema {
  const { schema, problems } = parseSchema(yaml, "schema.yaml")
  if (schema === null)
    throw new Error(`The schema of a test is wrong: ${problems.map((each) => each.message).join(" ")}`)
  return schema
}

/** Reads `a=1&b=2`; values of tests need no decoding beyond this. */
function pairs(query: string | QueryPairs): QueryPairs {
  return typeof query === "string" ? [...new URLSearchParams(query)] : query
}

function read({ body }: RecordAnswer): Doc {
  return JSON.parse(body) as Doc
}

/** Returns the expected error that an action ends with; anything else fails the test. */
export async function refusal(action: () => unknown): Promise<AlyxError> {
  try {
    await action()
  } catch (error) {
    if (isAlyxError(error)) return error
    throw error
  }
  throw new Error("The action was expected to be refused.")
}

/** The blog of the documents, with every kind of field and relation. */
export const blogYaml = `
collections:
  users:
    fields:
      id: { type: uuid, primary: true, default: auto }
      email: { type: string, unique: true, format: email }
      name: { type: string, nullable: true, maxLength: 100 }
      password_hash: { type: string, nullable: true, internal: true }
      created_at: { type: timestamp, default: now }
      updated_at: { type: timestamp, default: now, onUpdate: now }
  posts:
    fields:
      id: { type: uuid, primary: true, default: auto }
      title: { type: string, minLength: 1, maxLength: 200 }
      slug: { type: string, unique: true }
      content: { type: text, nullable: true }
      author_id: { type: uuid, references: users.id, onDelete: cascade, index: true }
      published: { type: bool, default: false }
      published_at: { type: timestamp, nullable: true }
      tags: { type: json, nullable: true }
      rating: { type: float, nullable: true }
      view_count: { type: int, default: 0 }
      cover: { type: blob, nullable: true }
      created_at: { type: timestamp, default: now }
      updated_at: { type: timestamp, default: now, onUpdate: now }
  comments:
    fields:
      id: { type: int, primary: true, default: auto }
      post_id: { type: uuid, references: posts.id, onDelete: cascade }
      author_id: { type: uuid, references: users.id, onDelete: restrict }
      content: { type: text }
    timestamps: false
`
