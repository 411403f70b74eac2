import { alyxError } from "../../errors.ts"
import type { FunctionManifest } from "../../functions/function-manifest.ts"
import type { Clock } from "../../lib/clock.ts"
import type { Logger } from "../../lib/logger.ts"
import type { Config } from "../../project/config.ts"
import type { FunctionCalls } from "../../protocol/functions-api.ts"
import { CallQueue } from "./call-queue.ts"
import { effectiveLimits } from "./effective-limits.ts"
import type { EffectiveLimits } from "./effective-limits.ts"
import { ExtismRuntime } from "./extism/extism-runtime.ts"
import { FunctionTable } from "./function-registry.ts"
import { FunctionCaller } from "./function-service.ts"
import type { EndedInvocation, FunctionRegistry, FunctionService } from "./functions.ts"
import type { HostApi } from "./host-api.ts"
import { InvocationTable } from "./invocation-table.ts"

/** What functions are made with. */
export interface FunctionsOptions {
  readonly config: () => Config["functions"]
  /** The entry of function-worker, as source or as built. */
  readonly workerUrl: URL
  /** In dev, callers are told what a function threw. */
  readonly dev: boolean
  readonly clock: Clock
  readonly logger: Logger
  readonly host: () => HostApi
  /** Told of every call that ran, once it has ended. */
  readonly onEnded: (ended: EndedInvocation) => void
}

/** Functions that can be called. */
export interface Functions {
  readonly registry: FunctionRegistry
  readonly service: FunctionService
  callsOf(name: string): FunctionCalls
  limitsOf(manifest: FunctionManifest): EffectiveLimits
  /** Refuses new calls, waits for those that run, at most so long, and ends all threads. */
  stop(drainMs: number): Promise<void>
}

/** Makes registry, queue and threads of functions; a thread is started at the first call. */
export function createFunctions(options: FunctionsOptions): Functions {
  const { config, workerUrl, clock, logger, onEnded } = options
  const queue = new CallQueue()
  const runtime = new ExtismRuntime({
    workerUrl,
    workersMax: config().workers,
    logger,
    onRoom: () => queue.pump(),
  })
  const limitsOf = (manifest: FunctionManifest): EffectiveLimits => effectiveLimits(manifest, config())
  const table = new FunctionTable({
    runtime,
    clock,
    limitsOf: ({ manifest }) => limitsOf(manifest),
    instancesMax: () => config().instancesMax,
  })
  const invocations = new InvocationTable(clock)
  const { host, dev: isDev } = options
  const service = new FunctionCaller({ config, isDev, runtime, table, queue, invocations, host, onEnded })
  table.onChange(() => service.forgetCalls((name) => table.get(name) !== undefined))
  return {
    registry: table,
    service,
    callsOf: (name) => service.callsOf(name),
    limitsOf,
    stop: async (drainMs) => {
      queue.close(alyxError("SHUTTING_DOWN"))
      await queue.idle(drainMs)
      await runtime.stop()
      // Calls that were ended with their threads have told so.
      await queue.idle(drainMs)
    },
  }
}
