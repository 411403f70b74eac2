/** In place of a call's number, where an instance is made and begins before its first call. */
export const earlyNumber = -1

/** How long that may take: as long as a call, where nothing else is said. */
export const earlyMsMax = 30_000

/**
 * What the main thread and a thread of functions both see, without messages: which call's code runs there and since when, and which
 * calls that were sent may still be taken back.
 */
export class ThreadState {
  readonly memory: SharedArrayBuffer
  readonly #running: Int32Array<SharedArrayBuffer>
  readonly #since: BigInt64Array<SharedArrayBuffer>
  readonly #sent: Int32Array<SharedArrayBuffer>

  constructor(memory = new SharedArrayBuffer(stateBytes)) {
    this.memory = memory
    this.#running = new Int32Array(memory, 0, 1)
    this.#since = new BigInt64Array(memory, 8, 1)
    this.#sent = new Int32Array(memory, 16, sentMax)
  }

  /** The number of the call whose code runs now; 0 for none. */
  get runningNumber(): number {
    return Atomics.load(this.#running, 0)
  }

  /** For how long it has run without letting go; 0 where none runs. */
  get runningMs(): number {
    const since = Atomics.load(this.#since, 0)
    return since === 0n ? 0 : Number(process.hrtime.bigint() - since) / 1_000_000
  }

  /** On the thread: the code of this call runs from now on; 0 for none. */
  setRunning(number: number): void {
    Atomics.store(this.#running, 0, number)
    Atomics.store(this.#since, 0, number === 0 ? 0n : process.hrtime.bigint())
  }

  /** On the main thread: notes a call that is sent; returns its place, or -1 where it cannot be taken back. */
  send(number: number): number {
    for (let tried = 0; tried < placesTried; tried += 1) {
      const place = (number + tried) % sentMax
      if (Atomics.load(this.#sent, place) !== 0) continue
      Atomics.store(this.#sent, place, number)
      return place
    }
    return -1
  }

  /** From both sides, and only one of them is told true: the call begins, or was taken back. */
  claim(number: number, place: number): boolean {
    return place === -1 || Atomics.compareExchange(this.#sent, place, number, 0) === number
  }

  /** Whether the call has neither begun nor was taken back. */
  isSent(number: number, place: number): boolean {
    return place !== -1 && Atomics.load(this.#sent, place) === number
  }
}

const sentMax = 1024
const placesTried = 8
const stateBytes = 16 + 4 * sentMax
