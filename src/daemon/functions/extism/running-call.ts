import { encodeFrame, joinFrames } from "../../../functions/frames.ts"
import { guestLimits } from "../../../functions/guest-abi.ts"
import type { GuestFailure, GuestLogLine, OperationAnswer } from "../../../functions/guest-abi.ts"
import { CallLog } from "./call-log.ts"
import { tooDeep } from "./guest-nesting.ts"
import { nodeCodec } from "./node-codec.ts"
import type { ThreadState } from "./thread-state.ts"
import type { Turns } from "./turns.ts"
import type { CallMessage, FetchedForExtism, FromFunctionWorker } from "./worker-messages.ts"

/** Thrown into a guest whose call is over; never leaves the worker. */
export class CallIsOver extends Error {
  override readonly name = "CallIsOver"
}

/** Thrown into a guest that asks on and on, whatever it is told. */
export class TooManyOperations extends Error {
  override readonly name = "TooManyOperations"

  get failure(): GuestFailure {
    return exceeded(this.message)
  }
}

/** Thrown into a guest whose answer cannot be taken. */
export class AnswerTooLarge extends Error {
  override readonly name = "AnswerTooLarge"
  readonly bytes: number

  constructor(bytes: number) {
    super(`An answer of ${bytes} bytes is larger than the limit of ${guestLimits.frameBytesMax}.`)
    this.bytes = bytes
  }
}

/** Thrown where a call was to begin that the main thread has given to another thread. */
export class CallWasTakenBack extends Error {
  override readonly name = "CallWasTakenBack"
}

/** What a RunningCall needs. */
export interface RunningCallOptions {
  readonly message: CallMessage
  readonly state: ThreadState
  readonly turns: Turns
  readonly post: (message: FromFunctionWorker) => void
  /** Whether lines may wait for others: the code can be interrupted, so none is lost. */
  readonly holdsLines: boolean
  /** Called whenever the code of the call goes on, so that the guest knows its deadline. */
  readonly onResume: (deadline: bigint) => void
}

interface OpenOperation {
  /** Of `sleep`, which the worker answers. */
  readonly timer: NodeJS.Timeout | null
  readonly bytes: number
  /** The guest has given it up; the main thread has not done with it. */
  isCancelled: boolean
}

/**
 * A call on its worker: what it has under way, what came back, and what it said. It is the host context of the call, so that a host
 * function always works for the call that called it, whatever else runs on the thread.
 */
export class RunningCall {
  readonly log: CallLog
  /** What the guest said by operation `fail`. */
  failure: GuestFailure | null = null
  isAnswered = false
  /** It waits, and none of its answers has come. */
  isPaused = false
  readonly #options: RunningCallOptions
  readonly #open = new Map<number, OpenOperation>()
  readonly #fetches = new Map<number, { resolve(fetched: FetchedForExtism): void; reject(error: Error): void }>()
  #answers: Uint8Array[] = []
  #waiter: { resolve(): void; reject(error: Error): void } | null = null
  #isOver = false
  #isKnownToWait = false
  /** Null until the first asking, whose answer stays. */
  #hasBegun: boolean | null = null
  #operationCount = 0
  /** Of the operations that the main thread has not answered. */
  #openBytes = 0
  #lastFetch = 0

  constructor(options: RunningCallOptions) {
    this.#options = options
    const { post, message } = options
    const { holdsLines: isHeld } = options
    this.log = new CallLog((lines, dropped) => post({ type: "log", call: message.call, lines, dropped }), { isHeld })
  }

  get message(): CallMessage {
    return this.#options.message
  }

  /** Said before its code runs for the first time; false where it must not, since the main thread has taken it back. */
  begin(): boolean {
    const { state, message } = this.#options
    this.#hasBegun ??= state.claim(message.number, message.place)
    return this.#hasBegun
  }

  /** Whether the main thread has ended it, or its time is up. */
  get isOver(): boolean {
    return this.#isOver || process.hrtime.bigint() >= this.message.deadline
  }

  writeLog(line: GuestLogLine): void {
    this.log.write(line)
  }

  /** An operation of the guest (guest-abi.ts). Whatever is wrong with it becomes its answer. */
  submit(header: SubmittedHeader, body: Uint8Array, { headerBytes, isTooDeep }: HeaderShape): void {
    const isTooLarge = headerBytes > this.message.headerBytesMax
    if (header.op === "fail") {
      // Also of code that was interrupted, which says where it was.
      this.failure = readFailure(isTooLarge ? tooLargeFailure : isTooDeep ? tooDeepFailure : header["error"])
      return
    }
    this.#requireAlive()
    const { id } = header
    if (header.op === "cancel") return this.#cancel(header["target"])
    if (header.op === "answer") return this.#answer(header["head"], body)
    if (this.#open.has(id)) return
    if (header.op === "exceed") return this.#refuse(id, exceeded(tooManyOperations))
    if (this.#open.size >= guestLimits.operationsOpenMax) return this.#refuse(id, exceeded(tooManyOpen))
    if (header.op === "sleep") {
      const ms = Math.min(Math.max(0, Number(header["ms"]) || 0), longestSleepMs)
      const timer = setTimeout(() => this.take(id, codecFrame({ id, ok: true })), ms)
      this.#open.set(id, { timer, bytes: 0, isCancelled: false })
      return
    }
    this.#operationCount += 1
    if (this.#operationCount > guestLimits.operationsMax) return this.#refuse(id, exceeded(tooManyOperations))
    if (isTooLarge) return this.#refuse(id, headerTooLarge(headerBytes, this.message.headerBytesMax))
    if (isTooDeep) return this.#refuse(id, headerTooDeep)
    const bytes = headerBytes + body.length
    if (this.#openBytes + bytes > guestLimits.openBytesMax) return this.#refuse(id, exceeded(tooManyBytes))
    this.#openBytes += bytes
    this.#open.set(id, { timer: null, bytes, isCancelled: false })
    this.#isKnownToWait = true
    this.#options.post({ type: "submitted", call: this.message.call, id, isExtismHttp: false, header, body })
  }

  /** An answer came. One to what was cancelled is ABORTED; one to what was never asked is dropped. */
  take(id: number, frame: Uint8Array): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    this.#open.delete(id)
    this.#openBytes -= open.bytes
    if (this.#isOver) return
    this.#answers.push(open.isCancelled ? abortedFrame(id) : frame)
    this.#wake()
  }

  /** Waits until something was answered; returns all answers since the last time as one. Empty where nothing is under way. */
  async wait(): Promise<Uint8Array> {
    const answers = this.takeAnswers()
    if (answers !== null) return answers
    await this.answered()
    this.#requireAlive()
    return this.#joinAnswers()
  }

  /** All answers since the last time as one; null where some are under way, and none has come. */
  takeAnswers(): Uint8Array | null {
    this.#requireAlive()
    this.log.flush()
    if (this.#answers.length > 0 || this.#open.size === 0) return this.#joinAnswers()
    this.#tellWaits()
    this.isPaused = true
    return null
  }

  /** Resolves when something was answered, and it is the turn of this call. Its code goes on then, before anything else happens on the thread. */
  async answered(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#waiter = { resolve, reject }
    })
    this.isPaused = false
  }

  #joinAnswers(): Uint8Array {
    const joined = joinFrames(this.#answers)
    this.#answers = []
    return joined
  }

  /** Extism's http_request: the one thing that a plug-in of another tool waits for. */
  async fetchForExtism(header: object, body: Uint8Array): Promise<FetchedForExtism> {
    this.#requireAlive()
    this.#operationCount += 1
    if (this.#operationCount > guestLimits.operationsMax) return { error: tooManyOperations }
    this.log.flush()
    const id = (this.#lastFetch += 1)
    const fetched = await new Promise<FetchedForExtism>((resolve, reject) => {
      this.#fetches.set(id, { resolve, reject })
      this.#options.post({ type: "submitted", call: this.message.call, id, isExtismHttp: true, header, body })
    })
    return fetched
  }

  takeFetched(id: number, fetched: FetchedForExtism): void {
    const fetch = this.#fetches.get(id)
    if (fetch === undefined) return
    this.#fetches.delete(id)
    this.#resume(() => fetch.resolve(fetched))
  }

  /** Nothing more is answered: a guest that waits is thrown out, one that runs is at its next host call. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    for (const { timer } of this.#open.values()) if (timer !== null) clearTimeout(timer)
    this.#open.clear()
    const waiter = this.#waiter
    this.#waiter = null
    const fetches = [...this.#fetches.values()]
    this.#fetches.clear()
    if (waiter === null && fetches.length === 0) return
    this.#resume(() => {
      waiter?.reject(new CallIsOver())
      for (const fetch of fetches) fetch.reject(new CallIsOver())
    })
  }

  /** Once, where no operation has told it. */
  #tellWaits(): void {
    if (this.#isKnownToWait) return
    this.#isKnownToWait = true
    this.#options.post({ type: "waits", call: this.message.call })
  }

  #wake(): void {
    const waiter = this.#waiter
    if (waiter === null) return
    this.#waiter = null
    this.#resume(() => waiter.resolve())
  }

  #resume(go: () => void): void {
    const { turns, message, onResume } = this.#options
    turns.take(message.number, () => {
      onResume(message.deadline)
      go()
    })
  }

  #requireAlive(): void {
    if (this.isOver) throw new CallIsOver()
  }

  /** What is answered at once must not pile up in front of a guest that never waits. */
  #requireWaited(): void {
    if (this.#answers.length >= guestLimits.answersWaitingMax) throw new TooManyOperations(tooManyAnswers)
  }

  #refuse(id: number, error: GuestFailure): void {
    this.#requireWaited()
    this.#answers.push(codecFrame({ id, ok: false, error }))
    this.#wake()
  }

  #cancel(target: unknown): void {
    if (typeof target !== "number") return
    const open = this.#open.get(target)
    if (open === undefined || open.isCancelled) return
    if (open.timer === null) {
      // Its place and its bytes are taken until the main thread answers.
      open.isCancelled = true
      this.#options.post({ type: "cancelled", call: this.message.call, id: target })
      return
    }
    this.#requireWaited()
    clearTimeout(open.timer)
    this.#open.delete(target)
    this.#answers.push(abortedFrame(target))
    this.#wake()
  }

  /** Only the first counts. */
  #answer(head: unknown, body: Uint8Array): void {
    if (this.isAnswered) return
    this.isAnswered = true
    this.log.flush()
    this.#options.post({ type: "answered", call: this.message.call, head, body })
  }
}

/** Two weeks: longer than any timeout, and what a timer can hold. */
const longestSleepMs = 14 * 86_400_000

const tooManyOpen = `A call may have ${guestLimits.operationsOpenMax} operations under way at a time.`
const tooManyAnswers = `A call may leave ${guestLimits.answersWaitingMax} answers of the host waiting.`
const tooManyBytes = `A call may have ${guestLimits.openBytesMax / 1_048_576} MB of operations under way at a time.`
const tooManyOperations = `A call may ask the host for ${guestLimits.operationsMax} operations.`

function exceeded(message: string): GuestFailure {
  return { name: "Error", code: "HOST_CALLS_EXCEEDED", message, status: 429 }
}

/** As a request to the API would be refused. */
function headerTooLarge(bytes: number, most: number): GuestFailure {
  const message = `What an operation says besides its body has ${bytes} bytes; the most is ${most}, as server.body_limit says.`
  return { name: "AlyxError", code: "BODY_TOO_LARGE", message, status: 413 }
}

/** As a body of a request would be refused. */
const headerTooDeep: GuestFailure = {
  name: "AlyxError",
  code: "INVALID_JSON",
  message: tooDeep("What an operation says"),
  status: 400,
}

/** Where it is too large or too deep, the header has no members besides `id` and `op`. */
export interface HeaderShape {
  readonly headerBytes: number
  readonly isTooDeep: boolean
}

/** A header whose `id` and `op` were looked at; its other members are the guest's word. */
export interface SubmittedHeader {
  readonly id: number
  readonly op: string
  readonly [member: string]: unknown
}

function codecFrame(answer: OperationAnswer): Uint8Array {
  return encodeFrame(nodeCodec, answer)
}

function abortedFrame(id: number): Uint8Array {
  const error: GuestFailure = { name: "Error", code: "ABORTED", message: "The operation was aborted.", status: 499 }
  return codecFrame({ id, ok: false, error })
}

const tooLargeFailure = { message: "The function threw an error that is too large to be told." }
const tooDeepFailure = { message: "The function threw an error that is nested too deep to be told." }

/** What a guest says of its failure, as far as it can be believed: texts of bounded length. */
function readFailure(error: unknown): GuestFailure {
  const { name, code, message, status, details, stack } = (
    typeof error === "object" && error !== null ? error : {}
  ) as Record<string, unknown>
  return {
    name: textOf(name, "Error"),
    code: typeof code === "string" ? code.slice(0, 100) : null,
    message: textOf(message, ""),
    status: typeof status === "number" ? status : null,
    ...(details === undefined ? {} : { details }),
    ...(typeof stack === "string" ? { stack: stack.slice(0, failureTextMax) } : {}),
  }
}

const failureTextMax = 16_384

function textOf(value: unknown, otherwise: string): string {
  return typeof value === "string" ? value.slice(0, failureTextMax) : otherwise
}
