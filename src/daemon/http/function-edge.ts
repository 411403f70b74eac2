import type { FunctionManifest } from "../../functions/function-manifest.ts"
import type { FunctionSource } from "../../functions/function-source.ts"
import type { BuildOutcome, FunctionCalls, FunctionDetail } from "../../protocol/functions-api.ts"
import type { Executions } from "../executions/executions.ts"
import type { EndedInvocation, FunctionRegistry, FunctionService } from "../functions/functions.ts"
import type { HostAnswer, HostOperation } from "../functions/host-api.ts"
import type { Invocation } from "../functions/invocation.ts"
import type { Secrets } from "../secrets/secrets.ts"

/** Functions as the HTTP edge uses them. In a project without functions nothing of them is loaded. */
export interface FunctionEdge {
  readonly registry: Pick<FunctionRegistry, "all" | "get">
  readonly service: FunctionService
  readonly executions: Pick<Executions, "list" | "listInFull" | "get" | "flush">
  readonly secrets: Pick<Secrets, "list" | "set" | "remove">
  /** Every function that was found, also those that cannot be served. */
  readonly sources: readonly FunctionSource[]
  /** Of the project: what is shown is relative to it. */
  readonly root: string
  callsOf(name: string): FunctionCalls
  limitsOf(manifest: FunctionManifest): FunctionDetail["limits"]
  /** Reads the folder, builds what is named, or all, and serves it. */
  reload(names?: readonly string[]): Promise<readonly BuildOutcome[]>
  /** Resolves when the folder was read once and what was in it is built, or is known not to; begins with it where nobody has. */
  loaded(): Promise<void>
  /** Called after every change of what is served, or found. */
  onChange(listener: () => void): () => void
  /** Called at the end of every call. */
  onEnded(listener: (ended: EndedInvocation) => void): () => void
  /** Throws TRANSACTION_OPEN for a write beside the transaction of a call. */
  requireNoTransaction(invocation: Invocation): void
  /** What a running call asks of the host over HTTP; as its caller. */
  hostCall(invocation: Invocation, operation: HostOperation): Promise<HostAnswer>
  /** In the text format of Prometheus. */
  metricsText(): string
}
