import { guestLimits } from "../../../functions/guest-abi.ts"
import type { GuestLogLine } from "../../../functions/guest-abi.ts"
import type { TimedLogLine } from "./worker-messages.ts"

/** Lines that are kept back at most before the main thread is told: it may be that the guest never ends. */
const linesPerMessage = 64

/** How old a line that is kept back may become, as long as lines follow. */
const heldMs = 100

/** Lines weigh this much besides their text. */
const lineBytes = 32

/** The lines of one call on their way to the main thread: bounded, in batches, and none is lost when the thread has to be ended later. */
export class CallLog {
  readonly #tell: (lines: readonly TimedLogLine[], dropped: number) => void
  readonly #isHeld: boolean
  readonly #startMs = performance.now()
  #lines: TimedLogLine[] = []
  #bytes = 0
  #dropped = 0

  /** What is not held is told line by line: for code that nothing but the end of its thread may stop. */
  constructor(
    tell: (lines: readonly TimedLogLine[], dropped: number) => void,
    { isHeld }: { readonly isHeld: boolean },
  ) {
    this.#tell = tell
    this.#isHeld = isHeld
  }

  write(line: GuestLogLine): void {
    const bytes = lineBytes + line.message.length + dataLength(line.data)
    this.#bytes += bytes
    if (this.#bytes > guestLimits.logBytesMax) {
      this.#dropped += 1
      // A storm costs no messages.
      if (this.#dropped === 1) this.flush()
      return
    }
    const atMs = performance.now() - this.#startMs
    this.#lines.push({ ...line, atMs })
    if (!this.#isHeld || this.#lines.length >= linesPerMessage || atMs - this.#lines[0]!.atMs > heldMs) this.flush()
  }

  flush(): void {
    if (this.#lines.length === 0 && this.#dropped === 0) return
    this.#tell(this.#lines, this.#dropped)
    this.#lines = []
    this.#dropped = 0
  }
}

function dataLength(data: unknown): number {
  return data === undefined ? 0 : (JSON.stringify(data)?.length ?? 0)
}
