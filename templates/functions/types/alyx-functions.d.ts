// Written by Alyx: types of "@alyx/functions". Alyx writes this file anew; changes are lost.

import type { Collections } from "./collections"

export * from "./collections"

/** A value, or a promise of it. */
export type Awaitable<T> = T | PromiseLike<T>

// ---------------------------------------------------------------------------------------------------------------------
// Three ways to write a function
// ---------------------------------------------------------------------------------------------------------------------

/**
 * Defines a function: the input is checked before the handler runs, the output after it.
 *
 * ```ts
 * export default defineFunction({
 *   input: { title: { type: "string", maxLength: 200 }, tags: { type: "array", items: "string", optional: true } },
 *   async handler(input, ctx) {
 *     return ctx.db.posts.create({ title: input.title })
 *   },
 * })
 * ```
 *
 * `input` and `output` take this short form, a JSON Schema, or a schema of zod, valibot, arktype or another library of
 * Standard Schema. Timeout, memory, routes and the like are written in the manifest.
 */
export declare function defineFunction<
  const Input extends ValueSchema | undefined = undefined,
  const Output extends ValueSchema | undefined = undefined,
  const Result extends ReturnOf<Output> = ReturnOf<Output>,
>(definition: {
  /** What the function takes. Fields are required unless they are `optional` or have a `default`. */
  readonly input?: Input
  /** What it answers. */
  readonly output?: Output
  /** Does the work. What it returns is answered as JSON; a FunctionError is answered with its code and status. */
  handler(input: InputOf<Input>, ctx: FunctionContext): Awaitable<Result>
}): DefinedFunction<Input, Output>

/** What defineFunction makes: export it as the default. */
export interface DefinedFunction<Input, Output> {
  readonly "~types"?: { readonly input: Input; readonly output: Output }
}

/** `export default (async (req, res) => res.json({ … })) satisfies Handler` */
export type Handler = (req: HandlerRequest, res: HandlerResponse) => unknown

/** `export default { async fetch(request) { return new Response("…") } } satisfies FetchHandler` */
export interface FetchHandler {
  fetch(request: Request, env: Readonly<Record<string, string>>, ctx: FunctionContext): Awaitable<Response>
}

/** What a handler `(req, res)` is asked. Called by another function or the command line it is a POST of the input as JSON. */
export interface HandlerRequest {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly path: string
  /** Names in lower case; `headers.get(name)` takes any case. */
  readonly headers: Readonly<Record<string, string | undefined>> & {
    get(name: string): string | null
    has(name: string): boolean
  }
  /** What `{id}` of a route matched. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | undefined>>
  readonly ip: string
  /** The body; of a GET the query. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly input: any
  /** JSON as its value, a form as an object, text as text, other bodies as bytes; undefined without a body. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly body: any
  /** The same as a Request of the web. */
  readonly request: Request
  header(name: string): string | undefined
  get(name: string): string | undefined
  text(): Promise<string>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  json(): Promise<any>
  bytes(): Promise<Uint8Array>
  arrayBuffer(): Promise<ArrayBuffer>
  formData(): Promise<FormData>
  blob(): Promise<Blob>
}

/** What a handler `(req, res)` answers with. `json`, `text`, `html`, `send`, `redirect` and `end` end the answer, once. */
export interface HandlerResponse {
  statusCode: number
  readonly headersSent: boolean
  status(code: number): this
  /** Sets a header; a list sets it several times. */
  header(name: string, value: string | number | readonly string[]): this
  set(name: string, value: string): this
  set(headers: Readonly<Record<string, string>>): this
  setHeader(name: string, value: string | number | readonly string[]): this
  append(name: string, value: string): this
  getHeader(name: string): string | undefined
  get(name: string): string | undefined
  removeHeader(name: string): this
  type(contentType: string): this
  json(value: unknown, status?: number): this
  text(text: string, status?: number): this
  html(html: string, status?: number): this
  /** Text as text, bytes as bytes, everything else as JSON. */
  send(value?: unknown, status?: number): this
  redirect(url: string, status?: number): this
  redirect(status: number, url: string): this
  sendStatus(code: number): this
  end(value?: unknown): this
}

// ---------------------------------------------------------------------------------------------------------------------
// The context
// ---------------------------------------------------------------------------------------------------------------------

/** Everything that a call may use: the second argument of a handler, `getContext()`, and the global `ctx`. */
export interface FunctionContext {
  /** Who calls; null for an anonymous caller. */
  readonly auth: Auth | null
  /** The database, as the caller: the access rules decide. */
  readonly db: Database
  /** The same collections and functions under other names. */
  readonly alyx: { readonly collections: DatabaseCollections; readonly functions: FunctionsClient }
  /** Other functions. */
  readonly functions: FunctionsClient
  /** The database without rules. Only with `privileged: true` in the manifest; without it every use throws NOT_PRIVILEGED. */
  readonly asAdmin: { readonly db: Database }
  /** Writes lines to the log of this call: `alyx functions logs`. */
  readonly log: Log
  /** What the manifest names under `env`. */
  readonly env: Readonly<Record<string, string | undefined>>
  /** What the manifest names under `secrets`; one that is not set throws SECRET_NOT_SET. */
  readonly secrets: Readonly<Record<string, string>>
  /** What came over HTTP; null where nothing did. */
  readonly request: FunctionRequest | null
  readonly requestId: string
  readonly functionName: string
  /** What made the function run. */
  readonly trigger: "http" | "function" | "cli" | "database" | "auth" | "webhook" | "schedule" | "event" | (string & {})
  /** Where this server is: `fetch(ctx.url + "/api/…", { headers: { authorization: "Bearer " + ctx.token } })`. */
  readonly url: string
  /** Acts as the caller until the call ends. */
  readonly token: string
  /** Lets the call go on after its answer until this promise has settled. */
  waitUntil(promise: PromiseLike<unknown>): void
}

/** Who calls. */
export interface Auth {
  readonly id: string | null
  readonly email: string | null
  readonly role: string | null
  readonly verified: boolean
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  readonly metadata: Readonly<Record<string, any>>
}

/** What came over HTTP. The body is the input. */
export interface FunctionRequest {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly path: string
  readonly headers: Headers
  /** What `{id}` of a route matched. */
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string | undefined>>
  readonly ip: string
}

/** Calls other functions, as the same caller. */
export interface FunctionsClient {
  /** Gives what the function answers. Rejects with an AlyxError that has its code and status. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  invoke<Output = any>(name: string, input?: unknown): Promise<Output>
}

/** Lines of the call's log; data is any value that JSON holds. */
export interface Log {
  debug(message: unknown, data?: unknown): void
  info(message: unknown, data?: unknown): void
  warn(message: unknown, data?: unknown): void
  error(message: unknown, data?: unknown): void
}

/** The context of the call that runs; for code that is not handed `ctx`. */
export declare function getContext(): FunctionContext

/**
 * Makes a function that evaluates `make` when it is first used in a call, and keeps the value for that call. For code outside
 * the handler that needs `ctx`, a secret or the environment:
 *
 * ```ts
 * const stripe = lazy(() => new Stripe(getContext().secrets.STRIPE_KEY))
 * // in the handler: stripe().charges.create(…)
 * ```
 */
export declare function lazy<T>(make: () => T): () => T

/**
 * Thrown to answer the caller with a code and an HTTP status (400 to 599) of your own:
 * `throw new FunctionError("OUT_OF_STOCK", 409, "None is left.", { left: 0 })`. Any other error is answered as 500.
 */
export declare class FunctionError extends Error {
  constructor(code: string, status: number, message?: string, details?: unknown)
  constructor(parts: {
    readonly code: string
    readonly status: number
    readonly message?: string
    readonly details?: unknown
  })
  readonly code: string
  readonly status: number
  readonly details: unknown
}

/** Thrown by everything in `ctx`: the database refused, a secret is not set, another function failed. */
export declare class AlyxError extends Error {
  constructor(parts: { readonly code: string; readonly status: number; readonly message: string; readonly details?: unknown })
  /** As in the table of error codes: DOCUMENT_NOT_FOUND, FORBIDDEN, UNIQUE_CONFLICT, … */
  readonly code: string
  readonly status: number
  readonly details: unknown
}

// ---------------------------------------------------------------------------------------------------------------------
// The database
// ---------------------------------------------------------------------------------------------------------------------

/** The collections of the schema, by name. */
export type DatabaseCollections = { readonly [Name in keyof Collections]: Collection<Collections[Name]> }

/** `ctx.db`: a member for each collection, and what works across them. */
export type Database = Omit<DatabaseCollections, keyof DatabaseMethods> & DatabaseMethods

/** Inside `ctx.db.transaction`: what is done through it is done together, or not at all. */
export type Transaction = Omit<DatabaseCollections, keyof DatabaseMethods> & Omit<DatabaseMethods, "transaction">

export interface DatabaseMethods {
  /** A collection whose name is taken by a method, or is only known while the function runs. */
  collection<Name extends keyof Collections>(name: Name): Collection<Collections[Name]>
  /**
   * Does everything that `work` does through `tx`, or nothing of it: rolled back when `work` throws, or the function ends.
   * `timeout` is milliseconds or a text such as "5s": 2 seconds unless you say so, at most 10.
   */
  transaction<T>(work: (tx: Transaction) => Awaitable<T>, options?: { readonly timeout?: number | string }): Promise<T>
  /** An expression over the fields of the same document, for updates: `{ views: ctx.db.raw("views + 1") }`. */
  raw(expression: string): RawValue
  /** Rows of a SELECT; needs `privileged: true` in the manifest. */
  query<Row = Record<string, unknown>>(sql: string, params?: readonly unknown[]): Promise<Row[]>
  /** Runs a statement that writes; needs `privileged: true` in the manifest. */
  exec(sql: string, params?: readonly unknown[]): Promise<{ readonly changes: number }>
}

/** Made by `ctx.db.raw()`. */
export interface RawValue {
  readonly "~raw": true
}

/** What the types of a collection are made of. */
export interface CollectionTypes {
  readonly key: string | number
  readonly document: object
  readonly create: object
  readonly update: object
  readonly expand: object
  readonly filter: object
}

type ExpandPath<C extends CollectionTypes> =
  | (keyof C["expand"] & string)
  | `${keyof C["expand"] & string}.${string}`

/** What `fields` and `expand` make of a document. */
export type Selected<C extends CollectionTypes, Fields, Path> = [Path] extends [never]
  ? keyof C["document"] extends Fields
    ? C["document"]
    : Pick<C["document"], Fields & keyof C["document"]>
  : Flat<
      Omit<Pick<C["document"], Fields & keyof C["document"]>, ExpandedBy<Path> & string> &
        Pick<C["expand"], ExpandedBy<Path> & keyof C["expand"]>
    >

type ExpandedBy<Path> = Path extends `${infer Head}.${string}` ? Head : Path

export interface DocumentOptions<C extends CollectionTypes, Fields, Path> {
  /** Relations whose documents come along: `["author", "comments.author"]`. */
  readonly expand?: Path | readonly Path[]
  /** Only these fields. */
  readonly fields?: readonly Fields[]
}

/** Conditions on fields, all of which must hold; or filters as in a URL: `"views:gt:3"`, or several. */
export type Filter<C extends CollectionTypes> = C["filter"] | string | readonly string[]

export type Sort<C extends CollectionTypes> = `${"" | "-"}${keyof C["filter"] & string}`

export interface ListOptions<C extends CollectionTypes, Fields, Path> extends DocumentOptions<C, Fields, Path> {
  readonly filter?: Filter<C>
  /** `"-created_at"` is descending; several are compared in turn. */
  readonly sort?: Sort<C> | readonly Sort<C>[]
  readonly limit?: number
  readonly offset?: number
  /** `""` begins a walk; then what `next_cursor` of the page before said. */
  readonly cursor?: string
  /** True leaves out `total`, which may be slow to count. */
  readonly skipTotal?: boolean
}

/** A page of documents. */
export interface Page<Document> {
  readonly docs: Document[]
  /** How many there are in all; null with `skipTotal`. */
  readonly total: number | null
  readonly limit: number
  readonly offset?: number
  /** In a walk with `cursor`: what to give for the next page; null at the end. */
  readonly next_cursor?: string | null
}

/** The documents of one collection, as far as the caller may see and change them. */
export interface Collection<C extends CollectionTypes> {
  /** Rejects with DOCUMENT_NOT_FOUND (404) where there is none that the caller may read. */
  get<const Fields extends keyof C["document"] = keyof C["document"], const Path extends ExpandPath<C> = never>(
    key: C["key"],
    options?: DocumentOptions<C, Fields, Path>,
  ): Promise<Selected<C, Fields, Path>>
  list<const Fields extends keyof C["document"] = keyof C["document"], const Path extends ExpandPath<C> = never>(
    options?: ListOptions<C, Fields, Path>,
  ): Promise<Page<Selected<C, Fields, Path>>>
  /** The first that matches, or null. */
  first<const Fields extends keyof C["document"] = keyof C["document"], const Path extends ExpandPath<C> = never>(
    options?: Omit<ListOptions<C, Fields, Path>, "limit" | "cursor" | "skipTotal">,
  ): Promise<Selected<C, Fields, Path> | null>
  count(options?: { readonly filter?: Filter<C> }): Promise<number>
  create(data: C["create"]): Promise<C["document"]>
  /** Changes the fields that are named. With `ifMatch` only if the document still has this ETag. */
  update(key: C["key"], data: C["update"], options?: { readonly ifMatch?: string }): Promise<C["document"]>
  delete(key: C["key"], options?: { readonly ifMatch?: string }): Promise<void>
  /** Changes every document that matches, at most 1,000; `{}` means all. */
  updateMany(filter: Filter<C>, data: C["update"]): Promise<{ readonly count: number }>
  /** Deletes every document that matches, at most 1,000; `{}` means all. */
  deleteMany(filter: Filter<C>): Promise<{ readonly count: number }>
}

/** What a filter may say of a text. */
export type TextCondition<T extends string = string> =
  | T
  | null
  | (OrderedOperators<T> & {
      /** Without regard to case for ASCII; % is any text, _ any character. */
      readonly $like?: string
      readonly $contains?: string
    })

/** What a filter may say of a number. */
export type NumberCondition<T extends number = number> = T | null | OrderedOperators<T>

/** What a filter may say of a moment. */
export type TimeCondition = string | Date | null | OrderedOperators<string | Date>

/** What a filter may say of what has no order. */
export type EqualCondition<T> = T | null | EqualOperators<T>

/** What a filter may say of a json field: that a list holds an element, or that there is no value. */
export type JsonCondition = null | {
  readonly $contains?: string | number | boolean | null
  readonly $eq?: null
  readonly $ne?: null
}

interface EqualOperators<T> {
  readonly $eq?: T | null
  readonly $ne?: T | null
  readonly $in?: readonly T[]
}

interface OrderedOperators<T> extends EqualOperators<T> {
  readonly $gt?: T
  readonly $gte?: T
  readonly $lt?: T
  readonly $lte?: T
}

// ---------------------------------------------------------------------------------------------------------------------
// Input and output
// ---------------------------------------------------------------------------------------------------------------------

/** What `input` and `output` may be. */
export type ValueSchema = ShortForm | JsonSchema | StandardSchema

/** Fields by name: `{ title: { type: "string", maxLength: 200 }, views: "int" }`. */
export type ShortForm = { readonly [field: string]: ShortField | ShortTypeName }

interface TypesByName {
  string: string
  text: string
  int: number
  integer: number
  float: number
  number: number
  bool: boolean
  boolean: boolean
  /** A UUID as text. */
  uuid: string
  /** ISO 8601 as text. */
  timestamp: string
  /** `2026-01-31` */
  date: string
  email: string
  /** Begins with http:// or https://. */
  url: string
  enum: unknown
  array: unknown[]
  object: Record<string, unknown>
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  json: any
  // eslint-disable-next-line @typescript-eslint/no-explicit-any
  any: any
}

export type ShortTypeName = keyof TypesByName

/** The description of one field. */
export interface ShortField {
  readonly type?: ShortTypeName
  /** True unless the field is `optional` or has a `default`. */
  readonly required?: boolean
  readonly optional?: boolean
  /** May be null. */
  readonly nullable?: boolean
  /** Taken where the field is missing. */
  readonly default?: unknown
  /** One of these. */
  readonly enum?: readonly unknown[]
  readonly values?: readonly unknown[]
  readonly description?: string
  /** Of texts. */
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string | RegExp
  readonly format?: "email" | "url" | "uuid"
  /** Of numbers. */
  readonly min?: number
  readonly max?: number
  /** Of lists. */
  readonly items?: ShortField | ShortTypeName
  readonly minItems?: number
  readonly maxItems?: number
  /** Of objects. */
  readonly properties?: ShortForm
  readonly fields?: ShortForm
}

/** A JSON Schema 2020-12; its values are `unknown` to TypeScript. */
export type JsonSchema =
  | boolean
  | { readonly $schema: string; readonly [keyword: string]: unknown }
  | { readonly $ref: string; readonly [keyword: string]: unknown }
  | { readonly type: JsonType | readonly JsonType[]; readonly [keyword: string]: unknown }
  | { readonly anyOf: readonly unknown[]; readonly [keyword: string]: unknown }
  | { readonly oneOf: readonly unknown[]; readonly [keyword: string]: unknown }
  | { readonly allOf: readonly unknown[]; readonly [keyword: string]: unknown }
  | { readonly enum: readonly unknown[]; readonly [keyword: string]: unknown }

type JsonType = "object" | "array" | "string" | "number" | "integer" | "boolean" | "null"

/** A schema of zod, valibot, arktype or another library: https://standardschema.dev */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown, ...rest: never[]) => unknown
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/** The input as the handler gets it. */
export type InputOf<Schema> = Schema extends undefined
  ? // eslint-disable-next-line @typescript-eslint/no-explicit-any
    any
  : ValueOf<Schema, "output">

/** What a handler may return: what JSON makes of it fits the schema. */
export type ReturnOf<Schema> = Schema extends undefined ? unknown : Returned<ValueOf<Schema, "input">>

/** A Date is as good as its text, and lists may be read-only. */
type Returned<T> = T extends string
  ? string extends T
    ? T | Date
    : T
  : T extends object
    ? { readonly [K in keyof T]: Returned<T[K]> }
    : T

type ValueOf<Schema, Side extends "input" | "output"> = Schema extends { readonly "~standard": { readonly types?: infer Types } }
  ? NonNullable<Types> extends { readonly [side in Side]: infer Value }
    ? Value
    : unknown
  : Schema extends JsonSchema
    ? unknown
    : Schema extends ShortForm
      ? Infer<Schema>
      : unknown

/** The value that a short form describes: `type Input = Infer<typeof input>`. */
export type Infer<Form> = Flat<
  { -readonly [Name in keyof Form as IsOptional<Form[Name]> extends true ? never : Name]: FieldValue<Form[Name]> } & {
    -readonly [Name in keyof Form as IsOptional<Form[Name]> extends true ? Name : never]?: FieldValue<Form[Name]>
  }
>

type Flat<T> = { [Name in keyof T]: T[Name] }

/** A field with a default is always there for the handler. */
type IsOptional<Field> = Field extends { readonly default: {} | null }
  ? false
  : Field extends { readonly optional: true } | { readonly required: false }
    ? true
    : false

type FieldValue<Field> = Field extends { readonly nullable: true } ? PlainValue<Field> | null : PlainValue<Field>

type PlainValue<Field> = Field extends { readonly enum: readonly (infer Value)[] }
  ? Value
  : Field extends { readonly values: readonly (infer Value)[] }
    ? Value
    : Field extends { readonly type: "array"; readonly items: infer Items }
      ? FieldValue<Items>[]
      : Field extends { readonly type: "object"; readonly properties: infer Fields }
        ? Infer<Fields>
        : Field extends { readonly type: "object"; readonly fields: infer Fields }
          ? Infer<Fields>
          : Field extends { readonly type: infer Name extends ShortTypeName }
            ? TypesByName[Name]
            : Field extends ShortTypeName
              ? TypesByName[Field]
              : unknown
