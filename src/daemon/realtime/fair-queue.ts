/** For whom something waits: whose time it takes, and which of their parts it is for. */
export interface Share {
  readonly payer: string
  readonly part: string
}

/** What waits, and for whom. */
export interface Waiting<T> {
  readonly item: T
  readonly payer: string
}

type Line<T> = Map<string, Set<T>>

/**
 * Things that take time, each waiting once. Next is always one of whoever has used the least time so far, so that
 * nobody waits for all that somebody else has put in; who had nothing waiting saves no time up. The parts of one who pays
 * take turns.
 */
export class FairQueue<T> {
  readonly #lines = new Map<string, Line<T>>()
  readonly #shares = new Map<T, Share>()
  readonly #usedMs = new Map<string, number>()
  /** What the one whose turn was last had used by then. */
  #floorMs = 0

  get size(): number {
    return this.#shares.size
  }

  has(item: T): boolean {
    return this.#shares.has(item)
  }

  /** Puts something at the end of its line; what waits already keeps its place. */
  add(item: T, share: Share): void {
    if (this.#shares.has(item)) return
    this.#shares.set(item, share)
    const { payer, part } = share
    const line = this.#lines.get(payer)
    const items = line?.get(part)
    if (items !== undefined) items.add(item)
    else if (line !== undefined) line.set(part, new Set([item]))
    else {
      this.#lines.set(payer, new Map([[part, new Set([item])]]))
      this.#usedMs.set(payer, Math.max(this.#usedMs.get(payer) ?? 0, this.#floorMs))
    }
  }

  delete(item: T): void {
    const share = this.#shares.get(item)
    if (share === undefined) return
    this.#shares.delete(item)
    const line = this.#lines.get(share.payer)
    const items = line?.get(share.part)
    items?.delete(item)
    if (items?.size === 0) line?.delete(share.part)
    if (line?.size === 0) this.#lines.delete(share.payer)
  }

  /** Takes out what is next. */
  take(): Waiting<T> | undefined {
    let next: { readonly payer: string; readonly line: Line<T>; readonly usedMs: number } | undefined
    for (const [payer, line] of this.#lines) {
      const usedMs = this.#usedMs.get(payer) ?? 0
      if (next === undefined || usedMs < next.usedMs) next = { payer, line, usedMs }
    }
    if (next === undefined) return undefined
    this.#floorMs = next.usedMs
    const [[part, items] = ["", new Set<T>()]] = next.line
    const [item] = items
    if (item === undefined) return undefined
    this.delete(item)
    // What is left of this part comes after the other parts.
    if (next.line.delete(part)) next.line.set(part, items)
    return { item, payer: next.payer }
  }

  /** Counts time that something of the payer took. */
  charge(payer: string, ms: number): void {
    this.#usedMs.set(payer, Math.max(this.#usedMs.get(payer) ?? 0, this.#floorMs) + ms)
    for (const [each, usedMs] of this.#usedMs) {
      if (usedMs <= this.#floorMs && !this.#lines.has(each)) this.#usedMs.delete(each)
    }
  }
}
