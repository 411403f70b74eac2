import { decodeFrame, encodeFrame, splitFrames } from "../../../src/functions/frames.ts"
import type { TextCodec } from "../../../src/functions/frames.ts"
import type { GuestOperation, OperationAnswer, SubmittedOperation } from "../../../src/functions/guest-abi.ts"
import { isDescribing } from "./build-time.ts"
import { errorOfFailure } from "./host-error.ts"
import { natives } from "./natives.ts"

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

interface OpenOperation {
  settle(header: OperationAnswer, body: Uint8Array): void
}

const codec: TextCodec = {
  encode: (text) => natives.encodeUtf8(text.toWellFormed()),
  decode: (bytes) => natives.decodeUtf8(bytes),
}

/** The operations of the present call that the host has not answered. */
class Operations {
  readonly #open = new Map<number, OpenOperation>()
  /** Never begins anew, so that an answer to an earlier call is nobody's. */
  #lastId = 0

  get openCount(): number {
    return this.#open.size
  }

  beginCall(): void {
    this.#open.clear()
  }

  /** Starts an operation whose answer is a promise's. */
  start(operation: SubmittedOperation, body: Uint8Array | undefined, signal: CancelSignal | null): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) throw signal.reason
      const abort = (): void => {
        this.cancel(id)
        reject(signal!.reason)
      }
      const id = this.listen(operation, body, (header, answerBody) => {
        signal?.removeEventListener("abort", abort)
        if (header.ok) resolve({ value: header.value, body: answerBody })
        else reject(errorOfFailure(header.error))
      })
      signal?.addEventListener("abort", abort)
    })
  }

  /** Starts an operation; `settle` is called once, by the event loop. Returns its id. */
  listen(operation: SubmittedOperation, body: Uint8Array | undefined, settle: OpenOperation["settle"]): number {
    const id = this.tell(operation, body)
    this.#open.set(id, { settle })
    return id
  }

  /** Says something that has no answer. */
  tell(operation: SubmittedOperation, body?: Uint8Array): number {
    this.#lastId += 1
    const header: GuestOperation = { id: this.#lastId, ...operation }
    if (!isDescribing()) natives.alyxSubmit(encodeFrame(codec, header, body))
    return this.#lastId
  }

  /** Nobody waits for it any more, and the host may end it. */
  cancel(id: number): void {
    if (this.#open.delete(id)) this.tell({ op: "cancel", target: id })
  }

  /** Takes what the host says has ended. */
  deliver(joined: Uint8Array): void {
    for (const bytes of splitFrames(joined)) {
      const frame = decodeFrame(codec, bytes)
      const header = frame.header as OperationAnswer
      const operation = this.#open.get(header.id)
      if (operation === undefined) continue
      this.#open.delete(header.id)
      operation.settle(header, frame.body.slice())
    }
  }
}

export const operations = new Operations()
