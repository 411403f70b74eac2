/**
 * What a plug-in of our compiler (engine `alyx`) and its host say to each other, beyond Extism's own ABI. Only types and
 * constants: the prelude in runtimes/js, the worker, and the host read this file.
 *
 * Imports of the plug-in, in the namespace `extism:host/user`; every pointer is an offset in Extism's memory (i64):
 *
 *   alyx_context() → i64         GuestContext as JSON: who calls, and with what. Once a call.
 *   alyx_submit(frame) → ()      starts an operation, and returns at once. The guest gives the id; the answer comes by alyx_wait.
 *   alyx_wait() → i64            frames of all operations that have ended since the last time; at least one, if any is under way.
 *                                Where none has ended, the host suspends the guest (JSPI), or returns 0: then the call returns,
 *                                and goes on by the export `alyx_resume() → i32`, again and again. The latter costs no stack, and is
 *                                for plug-ins that export it: not for those that may wait inside Extism's http_request as well.
 *   alyx_call(frame) → i64       an operation that the worker answers at once (CallOperation): one frame.
 *   alyx_log(json) → ()          one GuestLogLine.
 *   alyx_timezone(ms: i64) → i32 minutes that local time is ahead of UTC then (the host's zone; east is positive).
 *   alyx_read(offset, at: i32, length: i32) → ()   copies that much of a block, from its begin, to the plug-in's memory.
 *   alyx_write(at: i32, length: i32) → i64         a new block with these bytes of the plug-in's memory; 0: no room.
 *
 * alyx_submit, alyx_call and alyx_log free the block that they are given: one that is sent again is empty, or another one. Blocks
 * that they return are the guest's to free. A call may have 32,766 blocks at a time: then `alloc` and `alyx_write` return 0, and
 * what would return a block ends the call for lack of memory.
 *
 * Everything else comes from Extism (input, output, error, memory, var, config, http, log) and from WASI preview 1
 * (clock_time_get, random_get, fd_write). A plug-in of our compiler exports the mutable global `alyx_deadline` (i64): the time
 * of WASI's monotonic clock in nanoseconds at which the engine interrupts the code, 0 for none. The host sets it before each
 * call and after each resumption. It exports `alyx_set_memory_limit(bytes: i32)` too: called once an instance with 90 % of the
 * limit of its memory, it makes running out of memory an error of JavaScript. Its exports take nothing and return i32: 0, or 1 after Extism's error_set.
 *
 * The input of a call is always the bytes of the input itself: the JSON of `input`, or the raw body for the styles `handler` and
 * `fetch` when there is a request. The output is the JSON of the output, or the raw body of the answer. So a plug-in also
 * works in a host that knows nothing of Alyx.
 *
 * A frame is: u32 little endian, the length of the header; the header, JSON in UTF-8; the body, any bytes to the end.
 * What alyx_wait returns is a sequence of: u32 little endian, the length of a frame; the frame.
 */

/** Who calls, and with what. */
export interface GuestContext {
  readonly requestId: string
  readonly functionName: string
  /** Null for an anonymous caller. */
  readonly auth: GuestAuth | null
  /** Null where nothing came over HTTP. The body is the input. */
  readonly request: GuestRequest | null
  /** `http`, `function`, `cli`, later `database`, `schedule`, … */
  readonly trigger: string
  readonly env: Readonly<Record<string, string>>
  /** Those that the manifest names; a secret that is not set is missing. */
  readonly secrets: Readonly<Record<string, string>>
  readonly privileged: boolean
  /** Where `fetch(ctx.url + "/api/…")` goes, with `ctx.token`. */
  readonly url: string
  readonly token: string
  /** By collection: the name of its primary key. Tells `ctx.db` what there is. */
  readonly collections: Readonly<Record<string, string>>
  /** True in dev: errors may tell more. */
  readonly dev: boolean
}

export interface GuestAuth {
  readonly id: string | null
  readonly email: string | null
  readonly role: string | null
  readonly verified: boolean
  readonly metadata: Readonly<Record<string, unknown>>
}

export interface GuestRequest {
  readonly method: string
  /** Absolute. */
  readonly url: string
  readonly path: string
  /** In the order sent, names in lower case; never the caller's `authorization` of Alyx. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** What `{id}` of a route matched. */
  readonly params: Readonly<Record<string, string>>
  /** The last value of each parameter. */
  readonly query: Readonly<Record<string, string>>
  readonly ip: string
}

export type GuestLogLevel = "debug" | "info" | "warn" | "error"

export interface GuestLogLine {
  readonly level: GuestLogLevel
  readonly message: string
  readonly data?: unknown
}

/** The header of a submitted frame. */
export type GuestOperation = { readonly id: number } & SubmittedOperation

export type SubmittedOperation =
  /** Answered by the worker itself after so long. */
  | { readonly op: "sleep"; readonly ms: number }
  /** An outgoing request, or one to `ctx.url`. Body: the request's. The answer: FetchedHead, and the body. */
  | {
      readonly op: "fetch"
      readonly url: string
      readonly method: string
      readonly headers: readonly (readonly [string, string])[]
      readonly redirect: "follow" | "manual" | "error"
    }
  | DatabaseOperation
  | TransactionOperation
  /** SQL; only with `privileged`. The answer's value: rows as objects, or `{changes}`. */
  | SqlOperation
  /** Body: the JSON of the input. The answer's body: the JSON of the output. */
  | { readonly op: "invoke"; readonly name: string }
  /** The answer of this call, which then may go on (waitUntil). Body: the answer's. Has no answer itself. */
  | { readonly op: "answer"; readonly head: AnswerHead | null }
  /** Why the call fails; Extism's error follows. Has no answer itself. */
  | { readonly op: "fail"; readonly error: GuestFailure }
  /** Ends an operation that is under way: it is answered ABORTED, once the host has done with it. Has no answer itself. */
  | { readonly op: "cancel"; readonly target: number }
  /** In place of one that is more than a call may ask for: it is answered HOST_CALLS_EXCEEDED. */
  | { readonly op: "exceed" }

/** Status and headers that the styles `handler` and `fetch` answer with. */
export interface AnswerHead {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
}

export interface FetchedHead extends AnswerHead {
  readonly statusText: string
  /** After redirects. */
  readonly url: string
  readonly redirected: boolean
}

/** Acts as the caller, or with `asAdmin` as an admin (only with `privileged`); with `tx` inside the open transaction. */
export type DatabaseOperation = {
  readonly op: "db"
  readonly collection: string
  readonly asAdmin?: true
  readonly tx?: true
} & (
  | { readonly action: "get"; readonly key: string | number; readonly options?: DocumentOptions }
  | { readonly action: "list" | "first" | "count"; readonly options?: ListOptions }
  | { readonly action: "create"; readonly data: unknown }
  /** `data` may hold RawValue members. */
  | { readonly action: "update"; readonly key: string | number; readonly data: unknown; readonly ifMatch?: string }
  | { readonly action: "delete"; readonly key: string | number; readonly ifMatch?: string }
  | { readonly action: "updateMany"; readonly filter: unknown; readonly data: unknown }
  | { readonly action: "deleteMany"; readonly filter: unknown }
)

/** `ctx.db.raw("views + 1")` as it travels. */
export interface RawValue {
  readonly $raw: string
}

export interface DocumentOptions {
  readonly expand?: string | readonly string[]
  readonly fields?: readonly string[]
}

export interface ListOptions extends DocumentOptions {
  /** `{status: "open", views: {$gt: 3}}`, or REST filters: `"views:gt:3"`, or several. */
  readonly filter?: unknown
  /** `"-created_at"`, or several. */
  readonly sort?: string | readonly string[]
  readonly limit?: number
  readonly offset?: number
  readonly cursor?: string
  readonly skipTotal?: boolean
}

export type TransactionOperation =
  | { readonly op: "transaction"; readonly step: "begin"; readonly timeoutMs?: number }
  | { readonly op: "transaction"; readonly step: "commit" | "rollback" }

export interface SqlOperation {
  readonly op: "sql"
  readonly mode: "query" | "exec"
  readonly sql: string
  readonly params: readonly unknown[]
  readonly tx?: true
}

/** The header of an answered frame. */
export type OperationAnswer =
  | { readonly id: number; readonly ok: true; readonly value?: unknown }
  | { readonly id: number; readonly ok: false; readonly error: GuestFailure }

/** An error as it travels, both ways. */
export interface GuestFailure {
  /** Of the class: `Error`, `TypeError`, `FunctionError`. */
  readonly name: string
  /** UPPER_SNAKE; null for what is no FunctionError and no error of Alyx. */
  readonly code: string | null
  readonly message: string
  /** The HTTP status; null where none was given. */
  readonly status: number | null
  readonly details?: unknown
  readonly stack?: string
}

/** Header of alyx_call; bytes travel in the body, one after the other where `lengths` says so. */
export type CallOperation =
  | { readonly call: "digest"; readonly algorithm: string }
  | {
      readonly call: "crypto"
      readonly action: string
      readonly algorithm: unknown
      readonly key?: unknown
      readonly lengths?: readonly number[]
      readonly [more: string]: unknown
    }

/** Limits of one call that both sides know. */
export const guestLimits = {
  /** Operations under way at a time. */
  operationsOpenMax: 256,
  /** Operations of one call. */
  operationsMax: 10_000,
  /** Answers that wait for alyx_wait; what is refused, or wakes a sleep early, beyond that ends the call. */
  answersWaitingMax: 2_048,
  /** Bytes of the operations under way, also of those that were cancelled and are not done with. */
  openBytesMax: 32 * 1024 * 1024,
  /** Bytes of one frame. */
  frameBytesMax: 16 * 1024 * 1024,
  /** Bytes of all log lines of a call; then one line says that the rest is left out. */
  logBytesMax: 256 * 1024,
  /** Functions calling functions. */
  depthMax: 8,
  /** Arrays and objects in each other, in what a guest says to its host as JSON: as in the body of a request. */
  nestingMax: 100,
} as const
