import type { BuiltFunction } from "../../functions/built-function.ts"
import type { GuestFailure } from "../../functions/guest-abi.ts"
import type { HostAnswer } from "./host-api.ts"
import type { FunctionLogLine } from "./functions.ts"

/** The seam between functions and what runs their code. Extism is the one implementation. */
export interface FunctionRuntime {
  /** Looks a plug-in through and makes it ready, without running any of it. Throws PLUGIN_INVALID, UNSUPPORTED_MODULE, UNKNOWN_IMPORT, ENTRY_NOT_FOUND. */
  load(request: LoadRequest): Promise<LoadedPlugin>
  /** Takes a place for one call, or says why there is none now; `onRoom` tells when there may be. */
  reserve(plugin: LoadedPlugin, wish: PlaceWish): Place | NoPlace
  /** Makes idle instances until there are so many, as far as there is room. */
  warm(plugin: LoadedPlugin, count: number, wish: Pick<PlaceWish, "instancesMax" | "idleTimeoutMs">): void
  /** No new calls come: its idle instances go, and the busy ones after their calls. */
  retire(plugin: LoadedPlugin): void
  stats(): { readonly workers: number; readonly instances: number }
  /** Ends all threads, and the calls that are left on them. */
  stop(): Promise<void>
}

/** What a plug-in is loaded with. */
export interface LoadRequest {
  readonly name: string
  readonly built: BuiltFunction
  /** The manifest's; null for `handler`, `handle`, or the only one. */
  readonly entry: string | null
  readonly memoryBytes: number
  readonly env: Readonly<Record<string, string>>
}

/** A plug-in that instances can be made of. Belongs to the runtime that made it. */
export interface LoadedPlugin {
  /** The exported function that is called. */
  readonly entry: string
}

/** What kind of place a call needs. */
export interface PlaceWish {
  /** A call that another one waits for gets a place even where the others are taken: else both would wait for ever. */
  readonly depth: number
  /** A fresh instance, which nobody uses afterwards. */
  readonly isFresh: boolean
  readonly instancesMax: number
  readonly idleTimeoutMs: number
  /** How many idle instances stay, however long. */
  readonly keptIdle: number
}

/**
 * `none`: others have all places. `soon`: calls that are about to begin will mostly have ended before this one could, and it gets
 * what one of them leaves.
 */
export type NoPlace = "none" | "soon"

/** A place that one call has. Either `run` or `giveUp` is called, once. */
export interface Place {
  run(start: CallStart, listener: CallListener): CallHandle
  /** The call does not begin. */
  giveUp(): void
}

/** What a call begins with. */
export interface CallStart {
  /** Unguessable: names the call between the threads. */
  readonly id: string
  readonly input: Uint8Array
  /** GuestContext as JSON. */
  readonly context: string
  /** Extism's config for this call. */
  readonly config: Readonly<Record<string, string>>
  /** Of performance.now(). */
  readonly deadlineMs: number
}

/** Told what a call does while it runs. */
export interface CallListener {
  /** An operation, as the guest wrote it. Rejections become errors in the guest. */
  operation(header: unknown, body: Uint8Array, id: number): Promise<HostAnswer>
  /** The guest has given up an operation. */
  cancelled(id: number): void
  /** The answer, before the end of the call; at most once. */
  answered(head: unknown, body: Uint8Array): void
  log(lines: readonly FunctionLogLine[], dropped: number): void
}

/** A call that runs. */
export interface CallHandle {
  readonly outcome: Promise<CallOutcome>
  /** Ends it: at once where it waits, else as soon as its code can be stopped. */
  cancel(): void
}

/** What a call came to. */
export type CallOutcome =
  | { readonly type: "returned"; readonly output: Uint8Array }
  | { readonly type: "failed"; readonly failure: GuestFailure }
  | { readonly type: "trapped"; readonly what: string; readonly stack: string; readonly isStackOverflow: boolean }
  /** The stack is that of code of our compiler, where it could still be told. */
  | { readonly type: "out_of_memory"; readonly stack?: string }
  | { readonly type: "output_too_large"; readonly bytes: number }
  | { readonly type: "timed_out"; readonly stack?: string }
  | { readonly type: "cancelled" }
  /** Its thread was ended because of another call, or ended by itself. */
  | { readonly type: "restarted" }
