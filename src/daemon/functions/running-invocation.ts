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

  constructor(invocation: Invocation, host: HostApi, onAnswer: (answer: CallAnswer) => void) {
    this.invocation = invocation
    this.#host = host
    this.#onAnswer = onAnswer
  }

  async operation(header: unknown, body: Uint8Array, id: number): Promise<HostAnswer> {
    const operation = readHostOperation(header)
    const cancelling = new AbortController()
    this.#open.set(id, cancelling)
    try {
      const signal = AbortSignal.any([cancelling.signal, this.invocation.ended])
      return await this.#host.call(this.invocation, operation, body, signal)
    } finally {
      this.#open.delete(id)
    }
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
