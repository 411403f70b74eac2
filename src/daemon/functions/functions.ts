import type { BuiltFunction } from "../../functions/built-function.ts"
import type { FunctionSource } from "../../functions/function-source.ts"
import type { AnswerHead, GuestLogLevel, GuestRequest } from "../../functions/guest-abi.ts"
import type { WireError } from "../../protocol/admin-api.ts"
import type { Caller } from "../caller.ts"
import type { Invocation, Trigger } from "./invocation.ts"

/** The vocabulary of this folder: functions are held by a registry, called through `FunctionService`, and run on workers. */

/** What is kept of a build: its bytes are not needed once they are compiled. */
export type KeptBuild = Omit<BuiltFunction, "wasm"> & {
  /** How many they were. */
  readonly bytes: number
}

/** A function that is served now. Replaced as a whole, between two calls; a call keeps the one that it began with. */
export interface ServedFunction {
  readonly source: FunctionSource
  readonly built: KeptBuild
  /** The export that is called. */
  readonly entry: string
  /** Grows with every swap of the function. */
  readonly generation: number
  /** ISO 8601. */
  readonly loadedAt: string
}

/** What came of the last build of a function. */
export interface LastBuild {
  readonly outcome: "built" | "failed"
  /** ISO 8601. */
  readonly at: string
  readonly durationMs: number
  readonly error: WireError | null
}

/** A function by its name: one that never could be built is not served. */
export interface KnownFunction {
  readonly name: string
  readonly served: ServedFunction | null
  readonly lastBuild: LastBuild | null
}

/** Holds what is served. The dev loop, a start, and a reload put in; HTTP and the host look up. */
export interface FunctionRegistry {
  readonly all: readonly KnownFunction[]
  get(name: string): KnownFunction | undefined
  /**
   * Loads a plug-in and serves it in place of the old one; calls under way finish on the old one. Where it cannot be loaded
   * the old one stays, and the error is thrown (UNSUPPORTED_MODULE, UNKNOWN_IMPORT, ENTRY_NOT_FOUND, …) and kept.
   */
  serve(source: FunctionSource, built: BuiltFunction): Promise<ServedFunction>
  /** Keeps why the newest source does not build; what was served goes on. */
  fail(name: string, failure: { readonly error: WireError; readonly durationMs: number }): void
  /** Nobody finds it any more; calls under way finish. */
  remove(name: string): void
  /** Called after every change of what is served. */
  onChange(listener: () => void): () => void
}

/** A call that is asked for. */
export interface InvokeRequest {
  readonly name: string
  /** As guest-abi.ts says. */
  readonly input: Uint8Array
  readonly request: GuestRequest | null
  readonly caller: Caller
  readonly trigger: Trigger
  /** The calling call; null for none. */
  readonly parent: Invocation | null
  /** Ends the call when whoever asked has left. */
  readonly signal?: AbortSignal
}

/** What a call came to. */
export interface InvokeResult {
  readonly output: Uint8Array
  /** Null for the styles `define` and `plugin`. */
  readonly head: AnswerHead | null
  readonly style: "define" | "handler" | "fetch" | "plugin"
  readonly executionId: string
  readonly durationMs: number
}

/**
 * Calls functions. Throws AlyxErrors: FUNCTION_NOT_FOUND, FUNCTION_ERROR (`details` and, in dev, the message of what was
 * thrown), FUNCTION_TIMEOUT, FUNCTION_OUT_OF_MEMORY, FUNCTION_TRAPPED, WORKER_RESTARTED, FUNCTION_BUSY, CALL_DEPTH, …; a
 * FunctionError of the guest is thrown with its own code and status (GuestError).
 */
export interface FunctionService {
  invoke(request: InvokeRequest): Promise<InvokeResult>
  /** The call that a token of `ctx.token` belongs to; undefined once it has ended. */
  findByToken(token: string): Invocation | undefined
  stats(): FunctionPoolStats
}

export interface FunctionPoolStats {
  readonly workers: number
  readonly instances: number
  readonly running: number
  readonly queued: number
}

/** One line that a function wrote. */
export interface FunctionLogLine {
  /** Milliseconds since the call began. */
  readonly atMs: number
  readonly level: GuestLogLevel
  readonly message: string
  readonly data?: unknown
}

/** What is known of a call when it has ended; told once, also of calls that failed, or were refused before they ran. */
export interface EndedInvocation {
  readonly invocation: Invocation
  readonly status: "success" | "failed" | "timed_out" | "cancelled"
  /** Milliseconds. */
  readonly durationMs: number
  /** Waited in the queue before it ran. */
  readonly queuedMs: number
  readonly input: Uint8Array
  readonly output: Uint8Array | null
  readonly head: AnswerHead | null
  readonly error: WireError | null
  readonly logs: readonly FunctionLogLine[]
  /** Log lines beyond the limit. */
  readonly logsDropped: number
}
