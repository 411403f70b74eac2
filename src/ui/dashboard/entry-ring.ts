/** An entry under the dashboard's own number: the numbers of a daemon begin anew when it is restarted. */
export interface Numbered<Entry> {
  readonly id: number
  readonly entry: Entry
}

/** The newest entries of one kind. While it is held, what comes is kept apart and counted. */
export class EntryRing<Entry> {
  readonly #entries: Numbered<Entry>[] = []
  readonly #countMax: number
  #held: { readonly entries: readonly Numbered<Entry>[]; count: number } | null = null

  constructor(options: { readonly countMax: number }) {
    this.#countMax = options.countMax
  }

  /** The oldest entry goes when there are too many. */
  add(numbered: Numbered<Entry>): void {
    this.#entries.push(numbered)
    if (this.#entries.length > this.#countMax) this.#entries.shift()
    if (this.#held !== null) this.#held.count += 1
  }

  /** Shows nothing new from now on. */
  hold(): void {
    this.#held ??= { entries: [...this.#entries], count: 0 }
  }

  /** Shows what came in the meantime, as far as it was kept. */
  release(): void {
    this.#held = null
  }

  clear(): void {
    this.#entries.length = 0
    if (this.#held !== null) this.#held = { entries: [], count: 0 }
  }

  /** What is shown now, oldest first; a copy. */
  shown(): readonly Numbered<Entry>[] {
    return this.#held?.entries ?? [...this.#entries]
  }

  /** How many came while it was held. */
  get heldCount(): number {
    return this.#held?.count ?? 0
  }
}
