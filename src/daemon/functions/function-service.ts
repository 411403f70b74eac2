import { alyxError } from "../../errors.ts"
import type { AlyxError } from "../../errors.ts"
import { guestLimits } from "../../functions/guest-abi.ts"
import type { Logger } from "../../lib/logger.ts"
import type { Config } from "../../project/config.ts"
import type { FunctionCalls } from "../../protocol/functions-api.ts"
import { callErrorOf } from "./call-errors.ts"
import type { CallError } from "./call-errors.ts"
import type { CallQueue } from "./call-queue.ts"
import { CallStatistics } from "./call-statistics.ts"
import { effectiveLimits } from "./effective-limits.ts"
import type { EffectiveLimits } from "./effective-limits.ts"
import type { FunctionTable, HeldFunction } from "./function-registry.ts"
import type { EndedInvocation, FunctionPoolStats, FunctionService, InvokeRequest, InvokeResult } from "./functions.ts"
import { guestContextOf } from "./guest-context.ts"
import type { HostApi } from "./host-api.ts"
import type { InvocationTable, LiveInvocation } from "./invocation-table.ts"
import type { Invocation } from "./invocation.ts"
import { mappedLogs } from "./mapped-logs.ts"
import { mappedError } from "./mapped-error.ts"
import { endedByRefusal, isOnlyCounted, shownRefusal } from "./refused-call.ts"
import { RunningInvocation } from "./running-invocation.ts"
import type { CallAnswer } from "./running-invocation.ts"
import type { CallHandle, CallOutcome, CallStart, FunctionRuntime, NoPlace, Place } from "./runtime.ts"

/** What FunctionCaller needs. */
export interface FunctionCallerOptions {
  readonly config: () => Config["functions"]
  readonly isDev: boolean
  readonly runtime: FunctionRuntime
  readonly table: FunctionTable
  readonly queue: CallQueue
  readonly invocations: InvocationTable
  readonly host: () => HostApi
  readonly onEnded: (ended: EndedInvocation) => void
  readonly logger: Logger
  /** A call was refused, and is only counted. */
  readonly onRefused: (name: string) => void
}

/** What a call has taken: a function as it is now, and a place. */
interface Taken {
  readonly held: HeldFunction
  readonly place: Place
  readonly limits: EffectiveLimits
}

/** Calls functions: finds them, waits for a place, runs them as their caller, and tells how it ended. */
export class FunctionCaller implements FunctionService {
  readonly #options: FunctionCallerOptions
  readonly #statistics = new Map<string, CallStatistics>()
  /** How calls under way are ended when the server stops. */
  readonly #stops = new Set<() => void>()
  #stopping: AlyxError | null = null

  constructor(options: FunctionCallerOptions) {
    this.#options = options
  }

  async invoke(request: InvokeRequest): Promise<InvokeResult> {
    const askedAtMs = performance.now()
    let begun: { readonly result: Promise<InvokeResult> }
    try {
      const taken = await this.#enter(request)
      begun = this.#run(request, taken, performance.now() - askedAtMs)
    } catch (error) {
      throw this.#refused(request, error, { queuedMs: performance.now() - askedAtMs })
    }
    return begun.result
  }

  /** Lets no call begin any more; those under way are ended, and told why. */
  endCalls(): void {
    this.#stopping ??= alyxError("SHUTTING_DOWN")
    this.#options.queue.close(this.#stopping)
    for (const stop of this.#stops) stop()
  }

  findByToken(token: string): Invocation | undefined {
    return this.#options.invocations.findByToken(token)
  }

  stats(): FunctionPoolStats {
    const { runtime, queue } = this.#options
    return { ...runtime.stats(), running: queue.runningCount, queued: queue.waitingCount }
  }

  /** How a function was called since the start; of one that is gone nothing is kept. */
  callsOf(name: string): FunctionCalls {
    return (this.#statistics.get(name) ?? new CallStatistics()).read(performance.now())
  }

  forgetCalls(isKnown: (name: string) => boolean): void {
    for (const name of this.#statistics.keys()) if (!isKnown(name)) this.#statistics.delete(name)
  }

  async #enter(request: InvokeRequest): Promise<Taken> {
    const { queue } = this.#options
    const depth = depthOf(request)
    if (depth >= guestLimits.depthMax) throw tooDeep(request.name)
    if (request.signal?.aborted === true || request.parent?.ended.aborted === true) throw leftEarly(request.name)
    const limits = this.#limitsOf(this.#requireServed(request.name))
    const { queueMax } = this.#options.config()
    return queue.enter<Taken>({
      name: request.name,
      depth,
      concurrencyMax: limits.maxConcurrency,
      waitingMax: queueMax,
      waitMs: limits.timeoutMs,
      signal: request.signal ?? request.parent?.ended,
      tryStart: () => this.#take(request.name, depth),
    })
  }

  /** Counts a call that did not begin, and tells of it where it is known; returns what the caller is told. */
  #refused(request: InvokeRequest, error: unknown, { queuedMs }: { readonly queuedMs: number }): unknown {
    const { table, invocations, isDev } = this.#options
    const { name, input, caller } = request
    const known = table.get(name)
    if (known === undefined) return error
    this.#statisticsOf(name).refuse(performance.now())
    if (known.served === null || isOnlyCounted(error)) this.#options.onRefused(name)
    else {
      const live = invocations.begin(request, known.served.source.manifest, 0)
      live.end()
      this.#tell(endedByRefusal({ invocation: live.invocation, input, error, queuedMs }))
    }
    return shownRefusal(error, { name, tellsAll: isDev || caller.isAdmin })
  }

  /** The function as it is when its turn comes: that may be another than when it was asked for, or none. */
  #take(name: string, depth: number): Taken | NoPlace {
    const held = this.#requireServed(name)
    const limits = this.#limitsOf(held)
    const place = this.#options.runtime.reserve(held.plugin, {
      depth,
      isFresh: limits.isolation === "per_call",
      instancesMax: this.#options.config().instancesMax,
      idleTimeoutMs: limits.idleTimeoutMs,
      keptIdle: Math.max(limits.minWarm, held.source.manifest.minWarm === null ? 1 : 0),
    })
    return typeof place === "string" ? place : { held, place, limits }
  }

  /** Throws where it cannot begin. */
  #run(
    request: InvokeRequest,
    { held, place, limits }: Taken,
    queuedMs: number,
  ): { readonly result: Promise<InvokeResult> } {
    const { invocations } = this.#options
    const live = invocations.begin(request, held.source.manifest, limits.timeoutMs)
    const { invocation } = live
    const start = this.#prepare(request, live, place)
    const result = new Promise<InvokeResult>((resolve, reject) => {
      const running = new RunningInvocation(invocation, this.#options.host(), (answer) => {
        stopListening()
        resolve(resultOf(held, invocation, answer))
      })
      const handle = place.run(start, running)
      const stopListening = cancelWith(handle, [request.signal, request.parent?.ended])
      const stop = (): void => {
        handle.cancel()
        reject(this.#stopping)
      }
      this.#stops.add(stop)
      const settle = async (): Promise<void> => {
        const outcome = await handle.outcome
        this.#stops.delete(stop)
        stopListening()
        const error = await this.#finish({ request, held, limits, live, running, queuedMs, outcome })
        const answer = answerOf(running, outcome)
        if (answer !== null) resolve(resultOf(held, invocation, answer))
        else reject(error!.toCaller)
      }
      settle().catch(reject)
    })
    return { result }
  }

  /** What keeps a call from beginning, such as secrets that cannot be read, leaves nothing behind. */
  #prepare({ input, name }: InvokeRequest, live: LiveInvocation, place: Place): CallStart {
    const { invocation } = live
    const { id, manifest, token, deadlineMs } = invocation
    try {
      const host = this.#options.host().context(invocation)
      const context = guestContextOf(invocation, host, { isDev: this.#options.isDev })
      const config = { ...manifest.env, ALYX_URL: host.url, ALYX_TOKEN: token }
      return { id, input, context, config, deadlineMs }
    } catch (error) {
      live.end()
      place.giveUp()
      this.#options.queue.leave(name)
      throw error
    }
  }

  /** Undoes what the call left open, counts it and tells of it; returns its error. */
  async #finish(ended: Finished): Promise<CallError | null> {
    const { held, limits, live, running, outcome, request } = ended
    const { invocation } = live
    const { name } = held.source
    live.end()
    this.#options.host().end(invocation)
    this.#options.queue.leave(name)
    const durationMs = performance.now() - invocation.startedAtMs
    this.#count(name, durationMs, outcome.type !== "returned")
    const tellsAll = this.#options.isDev || request.caller.isAdmin
    const raw = outcome.type === "returned" ? null : this.#errorOf(outcome, { name, limits, tellsAll })
    const error = raw === null ? null : await mappedError(raw, held, { tellsAll })
    const answer = answerOf(running, outcome)
    this.#tell({
      invocation,
      status: statusOf(outcome),
      durationMs,
      queuedMs: ended.queuedMs,
      input: request.input,
      output: answer?.output ?? null,
      head: answer?.head ?? null,
      error: error?.kept ?? null,
      logs: await mappedLogs(running.logs, held),
      logsDropped: running.logsDropped,
    })
    return error
  }

  /** What a call came to is not changed by whoever keeps it. */
  #tell(ended: EndedInvocation): void {
    try {
      this.#options.onEnded(ended)
    } catch (error) {
      this.#options.logger.error("The end of a call could not be kept.", {
        function: ended.invocation.manifest.name,
        error,
      })
    }
  }

  /** What ends because the server stops says so. */
  #errorOf(...[outcome, about]: Parameters<typeof callErrorOf>): CallError {
    const isOfStop = outcome.type === "cancelled" || outcome.type === "restarted"
    if (this.#stopping === null || !isOfStop) return callErrorOf(outcome, about)
    const { code, message } = this.#stopping
    return { toCaller: this.#stopping, kept: { code, message } }
  }

  #count(name: string, durationMs: number, hasFailed: boolean): void {
    this.#statisticsOf(name).add({ durationMs, hasFailed, atMs: performance.now() })
  }

  #statisticsOf(name: string): CallStatistics {
    const statistics = this.#statistics.get(name) ?? new CallStatistics()
    this.#statistics.set(name, statistics)
    return statistics
  }

  #limitsOf(held: HeldFunction): EffectiveLimits {
    return effectiveLimits(held.source.manifest, this.#options.config())
  }

  #requireServed(name: string): HeldFunction {
    const known = this.#options.table.get(name)
    if (known === undefined) throw alyxError("FUNCTION_NOT_FOUND", { message: `There is no function ${name}.` })
    if (known.served !== null) return known.served
    throw alyxError("FUNCTION_UNAVAILABLE", {
      message: `The function ${name} could not be built or loaded, so it cannot be called.`,
      next: "alyx functions list says why.",
    })
  }
}

interface Finished {
  readonly request: InvokeRequest
  readonly held: HeldFunction
  readonly limits: EffectiveLimits
  readonly live: LiveInvocation
  readonly running: RunningInvocation
  readonly queuedMs: number
  readonly outcome: CallOutcome
}

/** What the call said before its end counts, else what it returned. */
function answerOf({ answer }: RunningInvocation, outcome: CallOutcome): CallAnswer | null {
  return answer ?? (outcome.type === "returned" ? { head: null, output: outcome.output } : null)
}

function resultOf(
  held: HeldFunction,
  invocation: Invocation,
  { head, output }: Pick<InvokeResult, "head" | "output">,
): InvokeResult {
  return {
    output,
    head,
    style: held.built.description?.style ?? "plugin",
    executionId: invocation.executionId,
    durationMs: performance.now() - invocation.startedAtMs,
  }
}

function statusOf(outcome: CallOutcome): EndedInvocation["status"] {
  if (outcome.type === "returned") return "success"
  return outcome.type === "timed_out" || outcome.type === "cancelled" ? outcome.type : "failed"
}

/** Ends the call when one of the signals aborts; returns how that is forgotten. */
function cancelWith(handle: CallHandle, signals: readonly (AbortSignal | undefined)[]): () => void {
  const cancel = (): void => handle.cancel()
  for (const signal of signals) {
    if (signal?.aborted === true) cancel()
    else signal?.addEventListener("abort", cancel, { once: true })
  }
  return () => {
    for (const signal of signals) signal?.removeEventListener("abort", cancel)
  }
}

function depthOf({ parent }: InvokeRequest): number {
  return parent === null ? 0 : parent.depth + 1
}

function tooDeep(name: string): AlyxError {
  return alyxError("CALL_DEPTH", {
    message: `${name} would be the ${guestLimits.depthMax + 1}th function that calls the next; ${guestLimits.depthMax} may.`,
    next: "Look for functions that call each other in a circle.",
  })
}

function leftEarly(name: string): AlyxError {
  return alyxError("ABORTED", { message: `${name} was not called: whoever asked has left.` })
}
