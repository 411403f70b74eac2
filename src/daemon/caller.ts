import type { RuleAuth, RuleRequest } from "../rules/rules.ts"
import type { RuleOperation } from "../schema/schema.ts"

/** Who asks. Made once a request by http/middleware/caller.ts, or by whoever acts on behalf of somebody. */
export interface Caller {
  /** True for requests over the daemon's local socket, which only the owner of the project can open. */
  readonly owner: boolean
  /** The address of the client: the socket's, or what trusted proxies say. */
  readonly address: string
  readonly requestId: string
  /** What rules see. The same frozen object for all requests of a session while nothing about it changes. */
  readonly auth: RuleAuth
  /** The owner, the role `admin`, and everyone under `server.insecure_open`: passes every rule. */
  readonly isAdmin: boolean
  /** Null unless a session of an account asks. */
  readonly sessionId: string | null
  /** What an API key is limited to, besides the rules; null for everybody else. */
  readonly scope: KeyScope | null
  /** What rules see of the request. */
  readonly request: RuleRequest
}

/** What an API key may touch. */
export interface KeyScope {
  /** Null for all. */
  readonly collections: readonly string[] | null
  /** Null for all. */
  readonly operations: readonly RuleOperation[] | null
}

/** What a token says about who carries it; kept and shared while nothing about it changes. */
export type Identity = Pick<Caller, "auth" | "isAdmin" | "sessionId" | "scope">

/** Whether somebody passes every rule and no limit of an API key: who alone may say who is an admin. */
export function isFullAdmin({ isAdmin, scope }: Pick<Caller, "isAdmin" | "scope">): boolean {
  return isAdmin && scope === null
}

/** Whether somebody is known at all: decides between 401 and 403. */
export function isKnown(caller: Caller): boolean {
  return caller.auth.id !== null || caller.isAdmin
}
