import { isBuilding } from "./build-time.ts"
import { engine } from "./engine.ts"
import { failureOf } from "./host-error.ts"
import { setError, tell, writeLog } from "./host.ts"
import { keptAlive } from "./keep-alive.ts"
import { operations } from "./operations.ts"
import { rejections } from "./rejections.ts"
import { isThenable } from "./thenable.ts"
import { timers } from "./timers.ts"

/** What the glue does next. */
export const next = { done: 0, failed: 1, wait: 2, again: 3 } as const
type Next = (typeof next)[keyof typeof next]

/** One call, from its start until nothing of it is left to wait for. */
class CallLoop {
  #state: "running" | "answered" | "failed" = "running"
  /** Grows with every call: a promise of an earlier one must not end this one. */
  #call = 0

  /** Calls the handler. What it returns may be a promise. */
  start(run: () => unknown): void {
    this.#call += 1
    this.#state = "running"
    operations.beginCall()
    timers.beginCall()
    rejections.beginCall()
    keptAlive.beginCall()
    try {
      const result = run()
      if (isThenable(result)) this.#follow(this.#call, result)
      else this.#state = "answered"
    } catch (error) {
      this.fail(error)
    }
  }

  #follow(call: number, result: PromiseLike<unknown>): void {
    const answered = (): void => {
      if (call === this.#call && this.#state === "running") this.#state = "answered"
    }
    const failed = (error: unknown): void => {
      if (call === this.#call) this.fail(error)
    }
    void Promise.resolve(result).then(answered, failed)
  }

  /** The call has failed, for whatever was thrown. */
  fail(error: unknown): void {
    if (this.#state !== "running") return
    this.#state = "failed"
    const failure = failureOf(error)
    if (engine === "alyx" && !isBuilding()) tell({ op: "fail", error: failure })
    setError(`${failure.name}: ${failure.message}${failure.stack === undefined ? "" : `\n${failure.stack}`}`)
  }

  /** After all jobs are done. */
  next(): Next {
    this.#reportRejections()
    if (this.#state === "failed") return next.failed
    if (this.#state === "answered" && keptAlive.open === 0) return next.done
    if (isBuilding()) return this.#stuck()
    if (timers.runDue()) return next.again
    if (engine === "extism") {
      if (timers.openCount === 0) return this.#stuck()
      timers.spinUntilDue()
      return next.again
    }
    timers.prepareToWait()
    return operations.openCount > 0 ? next.wait : this.#stuck()
  }

  #stuck(): Next {
    if (this.#state === "answered") {
      writeLog({ level: "warn", message: "A promise given to waitUntil never settles: nothing is under way." })
      return next.done
    }
    this.fail(new Error("The handler's promise never settles: nothing is under way."))
    return next.failed
  }

  #reportRejections(): void {
    for (const { kind, reason } of rejections.take()) {
      const { name, message, stack } = failureOf(reason)
      writeLog({ level: "error", message: `${kind}: ${name}: ${message}${stack ? `\n${stack.trimEnd()}` : ""}` })
    }
  }
}

export const callLoop = new CallLoop()
