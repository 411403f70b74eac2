import type { AnswerHead } from "../../functions/guest-abi.ts"
import { readAnswerHead } from "./answer-head.ts"
import type { FunctionLogLine } from "./functions.ts"
import type { HostAnswer, HostApi } from "./host-api.ts"
import { readHostOperation } from "./host-operation.ts"
import type { Invocation } from "./invocation.ts"
import type { CallListener } from "./runtime.ts"

/** What a call has answered, before its end or at it. */
export interface CallAnswer {
  readonly head: AnswerHead | null
  readonly output: Uint8Array
}

/** Listens to a call: its operations go to the host as its own, its lines are kept, and its answer is told at once. */
export class RunningInvocation implements CallListener {
  readonly invocation: Invocation
  readonly logs: FunctionLogLine[] = []
  logsDropped = 0
  answer: CallAnswer | null = null
  readonly #host: HostApi
  readonly #onAnswer: (answer: CallAnswer) => void
  readonly #open = new Map<number, AbortController>()
  #isFollowing = false

  constructor(invocation: Invocation, host: HostApi, onAnswer: (answer: CallAnswer) => void) {
    this.invocation = invocation
    this.#host = host
    this.#onAnswer = onAnswer
  }

  async operation(header: unknown, body: Uint8Array, id: number): Promise<HostAnswer> {
    const operation = readHostOperation(header)
    const cancelling = new AbortController()
    this.#follow(cancelling, id)
    try {
      return await this.#host.call(this.invocation, operation, body, cancelling.signal)
    } finally {
      this.#open.delete(id)
    }
  }

  /** It is cancelled by the guest, or by the end of the call. One listener for all costs a call less than a joined signal for each. */
  #follow(cancelling: AbortController, id: number): void {
    const { ended } = this.invocation
    this.#open.set(id, cancelling)
    if (ended.aborted) cancelling.abort(ended.reason)
    if (this.#isFollowing) return
    this.#isFollowing = true
    const abort = (): void => {
      for (const one of this.#open.values()) one.abort(ended.reason)
    }
    ended.addEventListener("abort", abort, { once: true })
  }

  cancelled(id: number): void {
    this.#open.get(id)?.abort()
  }

  answered(head: unknown, body: Uint8Array): void {
    this.answer = { head: readAnswerHead(head), output: body }
    this.#onAnswer(this.answer)
  }

  log(lines: readonly FunctionLogLine[], dropped: number): void {
    this.logs.push(...lines)
    this.logsDropped += dropped
  }
}
