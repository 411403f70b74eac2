import type { FunctionManifest } from "../../functions/function-manifest.ts"
import type { GuestRequest } from "../../functions/guest-abi.ts"
import type { Caller } from "../caller.ts"

/** What made a function run. */
export interface Trigger {
  readonly type: "http" | "function" | "cli" | "database" | "auth" | "webhook" | "schedule" | "event"
  /** The route, the hook, the schedule, the calling execution; null where there is none. */
  readonly id: string | null
}

/**
 * One call of a function, as the main thread keeps it while it runs. A worker says which call a host call belongs to, and it
 * is believed only if the call is alive and runs on that worker; the guest is never asked who it is.
 */
export interface Invocation {
  /** 128 random bits, in hex. */
  readonly id: string
  /** Of the execution log: UUIDv7. */
  readonly executionId: string
  readonly manifest: FunctionManifest
  readonly caller: Caller
  readonly trigger: Trigger
  readonly request: GuestRequest | null
  readonly requestId: string
  /** 0 for what nobody's function called. */
  readonly depth: number
  /** The call that this one came from; null for the first. */
  readonly parent: Invocation | null
  /** The first of the chain: this one for depth 0. Transactions belong to it. */
  readonly root: Invocation
  /** Bearer of `/api` and `/internal/v1` as the caller, for as long as the call lives. */
  readonly token: string
  /** Of the clock, in milliseconds since the epoch. */
  readonly beganAt: number
  /** Of performance.now(). */
  readonly startedAtMs: number
  readonly deadlineMs: number
  /** Aborted when the call ends, however it does. */
  readonly ended: AbortSignal
}

/** What `ctx.token` begins with: no other token does. */
export const callTokenPrefix = "alyx_call_"
