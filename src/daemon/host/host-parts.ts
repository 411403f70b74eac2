import type { LookupAddress } from "node:dns"

import type { AskedQuery, RunningQuery } from "../data/write-query.ts"
import type { FunctionService } from "../functions/functions.ts"
import type { Invocation } from "../functions/invocation.ts"
import type { Caller } from "../caller.ts"
import type { RecordParts } from "../records/records.ts"
import type { Secrets } from "../secrets/secrets.ts"
import type { SqliteDatabase } from "../storage/sqlite/sqlite-database.ts"

/** What running functions reach through the host. */
export interface HostParts {
  readonly records: RecordParts
  /** The engine and the file that are served now: others after the database was opened anew. */
  readonly database: { readonly engine: SqliteDatabase; readonly path: string }
  readonly secrets: Pick<Secrets, "read">
  /** Made after the host, since it asks the host. */
  readonly functions: () => Pick<FunctionService, "invoke">
  /** The server's own address; null where no port is open. */
  readonly url: () => string | null
  /** The server's router, without a socket. */
  readonly dispatch: (request: InProcessRequest, from: InProcessCaller) => Promise<InProcessAnswer>
  /** Statements that take long, in a process of their own. */
  readonly data: { write(asked: AskedQuery, signal: AbortSignal): Promise<RunningQuery> }
  /** Finds the addresses of a host name; the system's resolver in real life. */
  readonly resolve: ResolveHost
}

/** Finds every address of a host name, or rejects. */
export type ResolveHost = (name: string) => Promise<readonly LookupAddress[]>

/** A request of a function to the server itself. */
export interface InProcessRequest {
  readonly method: string
  /** Path and query. */
  readonly url: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Uint8Array
  readonly signal: AbortSignal
}

/** Whom it acts as where it has no token, or that of the call, and which call it comes from. */
export interface InProcessCaller {
  readonly caller: Caller
  readonly invocation: Invocation
}

/** What the router answered. */
export interface InProcessAnswer {
  readonly status: number
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Uint8Array
}
