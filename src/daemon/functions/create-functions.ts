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
  /** `server.body_limit`: a function writes no larger documents than a request. */
  readonly bodyLimitBytes: () => number
  /** Told of every call once it has ended, also of those that were refused before they ran. */
  readonly onEnded: (ended: EndedInvocation) => void
  /** Told of refusals that are only counted: FUNCTION_BUSY, FUNCTION_UNAVAILABLE. */
  readonly onRefused?: (name: string) => void
}

/** Functions that can be called. */
export interface Functions {
  readonly registry: FunctionRegistry
  readonly service: FunctionService
  callsOf(name: string): FunctionCalls
  limitsOf(manifest: FunctionManifest): EffectiveLimits
  /** Refuses new calls, and ends those that run: their callers are told SHUTTING_DOWN. */
  endCalls(): void
  /** Refuses new calls, waits for those that run, at most so long, and ends all threads. */
  stop(drainMs: number): Promise<void>
}

/** Filters and statements may be as long as this where requests may not. */
const leastHeaderBytesMax = 1024 * 1024

/** Makes registry, queue and threads of functions; a thread is started at the first call. */
export function createFunctions(options: FunctionsOptions): Functions {
  const { config, workerUrl, clock, logger, onEnded, onRefused = () => undefined } = options
  const queue = new CallQueue()
  const runtime = new ExtismRuntime({
    workerUrl,
    workersMax: config().workers,
    logger,
    headerBytesMax: () => Math.max(options.bodyLimitBytes(), leastHeaderBytesMax),
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
  const told = { logger, onEnded, onRefused }
  const service = new FunctionCaller({ config, isDev, runtime, table, queue, invocations, host, ...told })
  table.onChange(() => service.forgetCalls((name) => table.get(name) !== undefined))
  return {
    registry: table,
    service,
    callsOf: (name) => service.callsOf(name),
    limitsOf,
    endCalls: () => service.endCalls(),
    stop: async (drainMs) => {
      queue.close(alyxError("SHUTTING_DOWN"))
      await queue.idle(drainMs)
      service.endCalls()
      await runtime.stop()
      // Calls that were ended with their threads have told so.
      await queue.idle(drainMs)
    },
  }
}
