import type { FunctionManifest } from "../../functions/function-manifest.ts"
import type { Clock } from "../../lib/clock.ts"
import { IdSource } from "../../lib/id.ts"
import { RandomPool } from "../../lib/random-pool.ts"
import type { InvokeRequest } from "./functions.ts"
import { callTokenPrefix } from "./invocation.ts"
import type { Invocation } from "./invocation.ts"

/** A call that runs, and how it is ended. */
export interface LiveInvocation {
  readonly invocation: Invocation
  /** Its token works no more, and who listens is told. */
  end(): void
}

/** Random bytes of one call: its id, and its token. */
const idBytes = 16
const tokenBytes = 32

/** As AbortController makes it by itself, without a stack of each call. */
const callHasEnded = new DOMException("The call has ended.", "AbortError")

/** Makes the records of calls, and knows those that run. */
export class InvocationTable {
  readonly #clock: Clock
  readonly #ids = new IdSource()
  readonly #random = new RandomPool()
  readonly #byToken = new Map<string, Invocation>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get count(): number {
    return this.#byToken.size
  }

  findByToken(token: string): Invocation | undefined {
    return this.#byToken.get(token)
  }

  /** A call begins now. It has the time that its function may take, and no more than is left of whoever waits for it. */
  begin(request: InvokeRequest, manifest: FunctionManifest, timeoutMs: number): LiveInvocation {
    const { caller, trigger, parent } = request
    const random = this.#random.draw(Buffer.alloc(idBytes + tokenBytes)).toString("hex")
    const beganAt = this.#clock.now()
    const startedAtMs = performance.now()
    const ended = new AbortController()
    const invocation: Omit<Invocation, "root"> = {
      id: random.slice(0, idBytes * 2),
      executionId: this.#ids.next(beganAt),
      manifest,
      caller,
      trigger,
      request: request.request,
      requestId: caller.requestId,
      depth: parent === null ? 0 : parent.depth + 1,
      parent,
      token: callTokenPrefix + random.slice(idBytes * 2),
      beganAt,
      startedAtMs,
      deadlineMs: Math.min(startedAtMs + timeoutMs, parent?.deadlineMs ?? Number.POSITIVE_INFINITY),
      ended: ended.signal,
    }
    const whole = withRoot(invocation, parent)
    this.#byToken.set(whole.token, whole)
    return {
      invocation: whole,
      end: () => {
        this.#byToken.delete(whole.token)
        ended.abort(callHasEnded)
      },
    }
  }
}

/** The first call of a chain is its own root. */
function withRoot(invocation: Omit<Invocation, "root">, parent: Invocation | null): Invocation {
  const whole = { ...invocation, root: undefined as unknown as Invocation }
  whole.root = parent?.root ?? whole
  return Object.freeze(whole)
}
