/** What waits, and for whom. */
export interface Waiting<T> {
  readonly item: T
  readonly payer: string
}

/**
 * Things that take time, each waiting once. Next is always one of whoever has used the least time so far, so that
 * nobody waits for all that somebody else has put in; who had nothing waiting saves no time up.
 */
export class FairQueue<T> {
  readonly #lines = new Map<string, Set<T>>()
  readonly #payers = new Map<T, string>()
  readonly #usedMs = new Map<string, number>()
  /** What the one whose turn was last had used by then. */
  #floorMs = 0

  get size(): number {
    return this.#payers.size
  }

  has(item: T): boolean {
    return this.#payers.has(item)
  }

  /** Puts something at the end of the payer's line; what waits already keeps its place. */
  add(item: T, payer: string): void {
    if (this.#payers.has(item)) return
    this.#payers.set(item, payer)
    const line = this.#lines.get(payer)
    if (line !== undefined) line.add(item)
    else {
      this.#lines.set(payer, new Set([item]))
      this.#usedMs.set(payer, Math.max(this.#usedMs.get(payer) ?? 0, this.#floorMs))
    }
  }

  delete(item: T): void {
    const payer = this.#payers.get(item)
    if (payer === undefined) return
    this.#payers.delete(item)
    const line = this.#lines.get(payer)
    line?.delete(item)
    if (line?.size === 0) this.#lines.delete(payer)
  }

  /** Takes out what is next. */
  take(): Waiting<T> | undefined {
    let next: { readonly payer: string; readonly line: Set<T>; readonly usedMs: number } | undefined
    for (const [payer, line] of this.#lines) {
      const usedMs = this.#usedMs.get(payer) ?? 0
      if (next === undefined || usedMs < next.usedMs) next = { payer, line, usedMs }
    }
    if (next === undefined) return undefined
    this.#floorMs = next.usedMs
    for (const item of next.line) {
      this.delete(item)
      return { item, payer: next.payer }
    }
    return undefined
  }

  /** Counts time that something of the payer took. */
  charge(payer: string, ms: number): void {
    this.#usedMs.set(payer, Math.max(this.#usedMs.get(payer) ?? 0, this.#floorMs) + ms)
    for (const [each, usedMs] of this.#usedMs) {
      if (usedMs <= this.#floorMs && !this.#lines.has(each)) this.#usedMs.delete(each)
    }
  }
}
