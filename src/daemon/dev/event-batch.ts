/** How long after the last event a batch is closed: one save is often several events, and a branch switch many. */
const debounceMs = 30

/** A batch whose files go on changing is closed all the same. */
const batchMsMax = 1_000

/** Gathers what was touched until there is quiet, and hands it over; batches are handled one after the other. */
export class EventBatch {
  readonly #onBatch: (touched: ReadonlySet<string>) => Promise<void>
  #touched = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #beganMs: number | undefined
  #handled: Promise<void> = Promise.resolve()

  /** The handler must not reject. */
  constructor(onBatch: (touched: ReadonlySet<string>) => Promise<void>) {
    this.#onBatch = onBatch
  }

  touch(place: string): void {
    this.#touched.add(place)
    const nowMs = performance.now()
    this.#beganMs ??= nowMs
    const restMs = Math.max(0, this.#beganMs + batchMsMax - nowMs)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => this.#close(), Math.min(debounceMs, restMs))
  }

  /** Forgets what was gathered, and waits for what is being handled. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    await this.#handled
  }

  #close(): void {
    const touched = this.#touched
    this.#touched = new Set()
    this.#beganMs = undefined
    this.#handled = this.#handled.then(() => this.#onBatch(touched))
  }
}
