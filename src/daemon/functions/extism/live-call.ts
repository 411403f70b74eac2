import { encodeFrame } from "../../../functions/frames.ts"
import type { GuestFailure, OperationAnswer } from "../../../functions/guest-abi.ts"
import { isAlyxError } from "../../../errors.ts"
import type { Logger } from "../../../lib/logger.ts"
import { answeredDetails } from "../../../protocol/answered-details.ts"
import type { HostAnswer } from "../host-api.ts"
import type { CallHandle, CallListener, CallOutcome, CallStart, PlaceWish } from "../runtime.ts"
import type { PooledInstance } from "./instance-pool.ts"
import { nodeCodec } from "./node-codec.ts"
import type {
  FetchedForExtism,
  FromFunctionWorker,
  SubmittedMessage,
  ToFunctionWorker,
  WorkerOutcome,
} from "./worker-messages.ts"

/** How long a guest may take to yield after its deadline, before its thread is ended. */
export const graceMs = 250

/** How long after that a thread that lets others run may owe the end of a call, before it is not believed any more. */
const owedMsMax = 30_000

/** What LiveCall needs. */
export interface LiveCallOptions {
  /** Small, never 0. Every sending has one of its own: what was sent before and taken back must not be taken for it. */
  readonly nextNumber: () => number
  /** Where it begins. */
  readonly instance: PooledInstance
  /** What another place for it has to be like. */
  readonly wish: PlaceWish
  readonly start: CallStart
  readonly listener: CallListener
  readonly logger: Logger
  readonly headerBytesMax: number
  /** The thread has to be ended, since the code of the call does not yield. */
  readonly onStuck: (call: LiveCall) => void
  /** In milliseconds; half a minute when left out. */
  readonly owedMsMax?: number
}

/** A call on a thread, as the main thread sees it: its time, its operations, and its one outcome. */
export class LiveCall implements CallHandle {
  readonly outcome: Promise<CallOutcome>
  readonly #options: LiveCallOptions
  readonly #resolve: (outcome: CallOutcome) => void
  #timer: NodeJS.Timeout
  #instance: PooledInstance
  #number = 0
  /** Of ThreadState. */
  #place = -1
  #ending: "timed_out" | "cancelled" | null = null
  #wasRunning = false
  /** Since it was over for whoever asked, while nothing kept its thread. */
  #owedMs = 0
  #isSettled = false

  constructor(options: LiveCallOptions) {
    this.#options = options
    this.#instance = options.instance
    const { promise, resolve } = Promise.withResolvers<CallOutcome>()
    this.outcome = promise
    this.#resolve = resolve
    this.#timer = setTimeout(() => this.#runOut(), Math.max(0, options.start.deadlineMs - performance.now()))
  }

  get id(): string {
    return this.#options.start.id
  }

  get wish(): PlaceWish {
    return this.#options.wish
  }

  /** Of its last sending. */
  get number(): number {
    return this.#number
  }

  get instance(): PooledInstance {
    return this.#instance
  }

  /** Why it was told to end, if it was. */
  get ending(): "timed_out" | "cancelled" | null {
    return this.#ending
  }

  /** Whether its thread has it, and none of its code has run. */
  get isWaiting(): boolean {
    return !this.#isSettled && this.#instance.thread.state.isSent(this.number, this.#place)
  }

  /** Takes it from a thread that is stuck; false where it began meanwhile. It has to begin on another one then. */
  takeBack(): boolean {
    return this.#place !== -1 && this.#ending === null && this.#instance.thread.state.claim(this.number, this.#place)
  }

  beginOn(instance: PooledInstance): void {
    this.#instance = instance
    this.begin()
  }

  /** Sends it to its thread. */
  begin(): void {
    const { start, headerBytesMax } = this.#options
    const instance = this.#instance
    const number = this.#options.nextNumber()
    this.#number = number
    instance.callNumber = number
    this.#place = instance.thread.state.send(number)
    const leftMs = Math.max(0, start.deadlineMs - performance.now())
    const { id, input, context, config } = start
    instance.thread.post({
      type: "call",
      call: id,
      number,
      place: this.#place,
      instance: instance.id,
      entry: instance.plugin.entry,
      input,
      context,
      config,
      headerBytesMax,
      deadline: process.hrtime.bigint() + BigInt(Math.ceil(leftMs * 1_000_000)),
    })
  }

  cancel(): void {
    if (this.#ending !== null || this.#isSettled) return
    this.#ending = "cancelled"
    this.#post({ type: "end", call: this.id })
  }

  /** Something that its thread says of it. */
  take(message: Exclude<FromFunctionWorker, { type: "ended" }>): void {
    if (this.#isSettled) return
    const { listener } = this.#options
    switch (message.type) {
      case "submitted":
        void this.#answer(message)
        return
      case "log":
        listener.log(message.lines, message.dropped)
        return
      case "cancelled":
        listener.cancelled(message.id)
        return
      case "answered":
        listener.answered(message.head, message.body)
        return
      case "waits":
        return
    }
  }

  /** It has ended on its thread. */
  end(outcome: WorkerOutcome): void {
    const ending = this.#ending ?? "timed_out"
    if (outcome.type === "ended" || (this.#ending !== null && outcome.type !== "returned")) {
      this.settle(ending === "timed_out" ? { type: ending, ...interruptedAt(outcome) } : { type: ending })
    } else if (outcome.type === "not_made") this.settle(notMade(outcome.message))
    else this.settle(outcome)
  }

  /** The first outcome counts. */
  settle(outcome: CallOutcome): void {
    clearTimeout(this.#timer)
    if (this.#isSettled) return
    this.#isSettled = true
    this.#resolve(outcome)
  }

  #runOut(): void {
    this.#ending ??= "timed_out"
    this.#post({ type: "end", call: this.id })
    this.#wasRunning = this.#isRunning
    this.#timer = setTimeout(() => this.#checkYielded(), graceMs)
  }

  /** What its thread made of it is not waited for: that may take as long as it likes to end. */
  #giveUp(): void {
    this.settle({ type: this.#ending ?? "timed_out" })
    this.#options.onStuck(this)
  }

  /** Where another call keeps the thread, that one's deadline counts; this one is over for whoever asked. */
  #checkYielded(): void {
    const isRunning = this.#isRunning
    if (!this.instance.thread.isStuck) this.#owedMs += graceMs
    if ((isRunning && this.#wasRunning) || this.#owedMs > (this.#options.owedMsMax ?? owedMsMax)) {
      this.#giveUp()
      return
    }
    this.#wasRunning = isRunning
    this.#timer = setTimeout(() => this.#checkYielded(), graceMs)
    if (this.#isSettled) return
    this.#isSettled = true
    this.#resolve({ type: this.#ending ?? "timed_out" })
  }

  /** A thread of its own runs nothing else, also while the instance is made. */
  get #isRunning(): boolean {
    const { thread } = this.instance
    return thread.kind === "solo" || thread.runningNumber === this.#number
  }

  /** Whatever happens, the guest has an answer: it waits for one. */
  async #answer(message: SubmittedMessage): Promise<void> {
    const { id, header, body } = message
    let reply: ToFunctionWorker
    try {
      reply = this.#replyTo(message, await this.#options.listener.operation(header, body, id), null)
    } catch (error) {
      reply = this.#refusalOf(message, error)
    }
    if (!this.#isSettled) this.#post(reply)
  }

  #replyTo(message: SubmittedMessage, answer: HostAnswer | null, error: GuestFailure | null): ToFunctionWorker {
    const { id, isExtismHttp } = message
    return isExtismHttp
      ? { type: "fetched", call: this.id, id, fetched: fetchedOf(answer, error) }
      : { type: "answer", call: this.id, id, frame: frameOf(id, answer, error) }
  }

  /** Details that cannot be written are a bug of ours in place of what they were of. */
  #refusalOf(message: SubmittedMessage, error: unknown): ToFunctionWorker {
    try {
      return this.#replyTo(message, null, this.#failureOf(error))
    } catch (unwritable) {
      return this.#replyTo(message, null, this.#failureOf(unwritable))
    }
  }

  /** A bug of ours says nothing of itself to the guest. */
  #failureOf(error: unknown): GuestFailure {
    if (isAlyxError(error)) {
      const { answeredCode, message, status } = error
      const details = answeredDetails(error)
      return { name: "AlyxError", code: answeredCode, message, status, ...(details === undefined ? {} : { details }) }
    }
    this.#options.logger.error("An operation of a function failed.", { error })
    return { name: "AlyxError", code: "INTERNAL", message: "Something went wrong in the server.", status: 500 }
  }

  #post(message: ToFunctionWorker): void {
    this.instance.thread.post(message)
  }
}

/** Where code was when its time was over: the engine threw there. */
function interruptedAt(outcome: WorkerOutcome): { readonly stack?: string } {
  const stack = outcome.type === "ended" ? outcome.stack : undefined
  return stack === undefined ? {} : { stack }
}

function notMade(what: string): CallOutcome {
  return { type: "trapped", what: `${what}, while an instance was made`, stack: "", isStackOverflow: false }
}

function frameOf(id: number, answer: HostAnswer | null, error: GuestFailure | null): Uint8Array {
  const header: OperationAnswer =
    error === null
      ? { id, ok: true, ...(answer?.value === undefined ? {} : { value: answer.value }) }
      : { id, ok: false, error }
  return encodeFrame(nodeCodec, header, answer?.body)
}

function fetchedOf(answer: HostAnswer | null, error: GuestFailure | null): FetchedForExtism {
  if (error !== null) return { error: `${error.code ?? error.name}: ${error.message}` }
  const { status = 0, headers = [] } = (answer?.value ?? {}) as Partial<Extract<FetchedForExtism, { status: number }>>
  return { status, headers, body: answer?.body ?? new Uint8Array() }
}
