import type { GuestFailure, GuestLogLine } from "../../../functions/guest-abi.ts"
import type { PluginData } from "./plugin-data.ts"

/** What the main thread and a function worker say to each other. Calls are named by their invocation's id, instances by numbers that the main thread gives. */

/** What a function worker is started with. */
export interface FunctionWorkerData {
  /** Memory of a ThreadState: what is shown to the main thread, and what may be taken back. */
  readonly state: SharedArrayBuffer
  readonly niceness: number
  /** It runs code that nothing interrupts, so it may be ended at any moment. */
  readonly isSolo: boolean
}

export type ToFunctionWorker =
  /** Eager ones are made now, the others at their first call. */
  | {
      readonly type: "instantiate"
      readonly instance: number
      readonly plugin: PluginToInstantiate
      readonly isEager: boolean
    }
  | CallMessage
  /** The answer of an operation, as a frame. */
  | { readonly type: "answer"; readonly call: string; readonly id: number; readonly frame: Uint8Array }
  /** An answer of Extism's http_request. */
  | { readonly type: "fetched"; readonly call: string; readonly id: number; readonly fetched: FetchedForExtism }
  /** Ends the waiting of a call: it is over. */
  | { readonly type: "end"; readonly call: string }
  | { readonly type: "drop"; readonly instance: number }

export interface PluginToInstantiate {
  readonly module: WebAssembly.Module
  readonly data: PluginData | null
  readonly memoryBytes: number
  /** Of our compiler, and no plug-in as Extism's kit makes them: one that says nothing has failed. */
  readonly alwaysAnswers: boolean
  /** Environment variables of WASI, and Extism's config besides ALYX_URL and ALYX_TOKEN. */
  readonly env: Readonly<Record<string, string>>
}

export interface CallMessage {
  readonly type: "call"
  readonly call: string
  /** Small, never 0: what `running` shows while its code runs. */
  readonly number: number
  /** Of ThreadState: whoever claims it has the call. */
  readonly place: number
  readonly instance: number
  readonly entry: string
  readonly input: Uint8Array
  /** GuestContext as JSON. */
  readonly context: string
  /** Members of Extism's config that belong to this call. */
  readonly config: Readonly<Record<string, string>>
  /** Of what an operation says besides its body: documents, filters. */
  readonly headerBytesMax: number
  /** Of process.hrtime, which all threads share, in nanoseconds. */
  readonly deadline: bigint
}

export type FetchedForExtism =
  | {
      readonly status: number
      readonly headers: readonly (readonly [string, string])[]
      readonly body: Uint8Array
    }
  | { readonly error: string }

/** First of all: the thread is up. */
export interface ReadyMessage {
  readonly type: "ready"
  /** What thread-time.ts knows it by. */
  readonly task: number | null
}

export type FromFunctionWorker =
  | SubmittedMessage
  | { readonly type: "log"; readonly call: string; readonly lines: readonly TimedLogLine[]; readonly dropped: number }
  | { readonly type: "cancelled"; readonly call: string; readonly id: number }
  /** Its code has let go of the thread for the first time, and no operation was submitted: another call may begin. */
  | { readonly type: "waits"; readonly call: string }
  | { readonly type: "answered"; readonly call: string; readonly head: unknown; readonly body: Uint8Array }
  | EndedMessage

/** An operation for the host. The header is the guest's JSON, unread; of Extism's http_request it is the worker's. */
export interface SubmittedMessage {
  readonly type: "submitted"
  readonly call: string
  readonly id: number
  readonly isExtismHttp: boolean
  readonly header: unknown
  readonly body: Uint8Array
}

export interface TimedLogLine extends GuestLogLine {
  /** Milliseconds since the call began on the worker. */
  readonly atMs: number
}

export interface EndedMessage {
  readonly type: "ended"
  readonly call: string
  readonly outcome: WorkerOutcome
  /** False where the instance must not be called again. */
  readonly isReusable: boolean
  /** Of the instance's linear memory, for those who watch it. */
  readonly memoryBytes: number
}

export type WorkerOutcome =
  | { readonly type: "returned"; readonly output: Uint8Array }
  /** The guest's own error: by operation `fail`, or by Extism's error. */
  | { readonly type: "failed"; readonly failure: GuestFailure }
  /** `what` is the engine's message, `stack` names functions where the module has names. */
  | { readonly type: "trapped"; readonly what: string; readonly stack: string; readonly isStackOverflow: boolean }
  | { readonly type: "out_of_memory"; readonly stack?: string }
  | { readonly type: "output_too_large"; readonly bytes: number }
  /** The main thread said so, or the deadline had passed. */
  | { readonly type: "ended"; readonly stack?: string }
  /** The instance could not be made. */
  | { readonly type: "not_made"; readonly message: string }
