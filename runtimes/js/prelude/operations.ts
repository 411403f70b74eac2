import type { OperationAnswer, SubmittedOperation } from "../../../src/functions/guest-abi.ts"
import { isDescribing } from "./build-time.ts"
import { errorOfFailure, failureOf } from "./host-error.ts"
import { natives } from "./natives.ts"
import { SendQueue } from "./send-queue.ts"

/** What an operation came to. */
export interface Answer {
  readonly value: unknown
  readonly body: Uint8Array
}

/** The part of AbortSignal that ends an operation. */
export interface CancelSignal {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: "abort", listener: () => void): void
  removeEventListener(type: "abort", listener: () => void): void
}

/** Takes the header of an answer; natives.answerText and answerBytes have its body as long as this runs. */
type Settle = (header: OperationAnswer) => void

/** The operations of the present call that the host has not answered. */
class Operations {
  readonly #open = new Map<number, Settle>()
  readonly #queue = new SendQueue((id, error) => this.#settle({ id, ok: false, error: failureOf(error) }))
  /** Never begins anew, so that an answer to an earlier call is nobody's. */
  #lastId = 0

  get openCount(): number {
    return this.#open.size
  }

  beginCall(): void {
    this.#open.clear()
    this.#queue.beginCall()
  }

  /** Starts an operation whose answer is a promise's. */
  start(operation: SubmittedOperation, body: Uint8Array | undefined, signal: CancelSignal | null): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw signal.reason
      const abort = (): void => {
        this.cancel(id)
        reject(signal!.reason)
      }
      const id = this.#ask(operation, body, (header) => {
        signal?.removeEventListener("abort", abort)
        if (header.ok) resolve({ value: header.value, body: natives.answerBytes() })
        else reject(errorOfFailure(header.error))
      })
      signal?.addEventListener("abort", abort)
    })
  }

  /** The same for one whose answer is JSON, in the body or as the value; `failed` makes the error of a refusal. */
  startJson(operation: SubmittedOperation, failed: (error: Error) => unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#ask(operation, undefined, (header) => {
        if (!header.ok) return reject(failed(errorOfFailure(header.error)))
        let value: unknown
        try {
          const text = natives.answerText()
          value = text === "" ? header.value : JSON.parse(text)
        } catch (error) {
          // There may be no memory for it.
          return reject(error)
        }
        resolve(value)
      })
    })
  }

  /** Sleeps; `settle` is called once, by the event loop. Never waits for other operations. Returns its id. */
  sleep(ms: number, settle: () => void): number {
    const id = this.tell({ op: "sleep", ms })
    this.#open.set(id, settle)
    return id
  }

  /** Says something that has no answer, or whose answer is waited for already. */
  tell(operation: SubmittedOperation, body?: Uint8Array): number {
    const id = this.#nextId()
    if (!isDescribing()) natives.alyxSubmit(headerText(id, operation), body)
    return id
  }

  /** Nobody waits for it any more, and the host may end it. */
  cancel(id: number): void {
    if (this.#open.delete(id) && !this.#queue.remove(id)) this.tell({ op: "cancel", target: id })
  }

  /** Takes the header of an answer of the host. */
  deliver(text: string): void {
    const header = JSON.parse(text) as OperationAnswer
    this.#settle(header)
    this.#queue.answered(header.id)
  }

  #settle(header: OperationAnswer): void {
    const settle = this.#open.get(header.id)
    if (settle === undefined) return
    this.#open.delete(header.id)
    settle(header)
  }

  #ask(operation: SubmittedOperation, body: Uint8Array | undefined, settle: Settle): number {
    const id = this.#nextId()
    if (!isDescribing()) this.#queue.send(id, headerText(id, operation), body)
    this.#open.set(id, settle)
    return id
  }

  #nextId(): number {
    this.#lastId += 1
    return this.#lastId
  }
}

export const operations = new Operations()

/** A GuestOperation as JSON. */
function headerText(id: number, operation: SubmittedOperation): string {
  // Written in front, which costs less than a copy with the id.
  return `{"id":${id},${JSON.stringify(operation).slice(1)}`.toWellFormed()
}
