import { monotonicMs } from "../host.ts"
import { EventTarget } from "./event-target.ts"
import { nameClass } from "./define-global.ts"
import { domString } from "./web-idl.ts"

/** A moment or a span that was noted. */
export interface PerformanceEntry {
  readonly name: string
  readonly entryType: "mark" | "measure"
  readonly startTime: number
  readonly duration: number
  readonly detail: unknown
}

/** Marks and measures kept; the oldest are dropped. */
const entriesMax = 1000

/** The part of the standard's Performance that code asks for: the clock, marks and measures. */
export class Performance extends EventTarget {
  readonly #entries: PerformanceEntry[] = []

  now(): number {
    return monotonicMs()
  }

  /** Worked out when it is asked for: a snapshot outlives its own start. */
  get timeOrigin(): number {
    return Date.now() - monotonicMs()
  }

  mark(name: string, options: { startTime?: number; detail?: unknown } = {}): PerformanceEntry {
    return this.#keep({
      name: domString(name),
      entryType: "mark",
      startTime: options.startTime ?? this.now(),
      duration: 0,
      detail: options.detail ?? null,
    })
  }

  measure(
    name: string,
    from?: string | { start?: string | number; end?: string | number; duration?: number; detail?: unknown },
    to?: string,
  ): PerformanceEntry {
    const wish = typeof from === "object" ? from : { start: from, end: to }
    const start = this.#timeOf(wish.start, 0)
    const given = (wish as { duration?: number }).duration
    const end = given === undefined ? this.#timeOf(wish.end, this.now()) : start + given
    const detail = (wish as { detail?: unknown }).detail ?? null
    return this.#keep({ name: domString(name), entryType: "measure", startTime: start, duration: end - start, detail })
  }

  getEntries(): PerformanceEntry[] {
    return this.#entries.toSorted((a, b) => a.startTime - b.startTime)
  }

  getEntriesByName(name: string, type?: string): PerformanceEntry[] {
    return this.getEntries().filter((entry) => entry.name === name && (type === undefined || entry.entryType === type))
  }

  getEntriesByType(type: string): PerformanceEntry[] {
    return this.getEntries().filter((entry) => entry.entryType === type)
  }

  clearMarks(name?: string): void {
    this.#clear("mark", name)
  }

  clearMeasures(name?: string): void {
    this.#clear("measure", name)
  }

  toJSON(): object {
    return { timeOrigin: this.timeOrigin }
  }

  #timeOf(mark: string | number | undefined, otherwise: number): number {
    if (mark === undefined) return otherwise
    if (typeof mark === "number") return mark
    const found = this.#entries.findLast((entry) => entry.name === mark && entry.entryType === "mark")
    if (found === undefined) throw new SyntaxError(`The performance mark "${mark}" has not been set.`)
    return found.startTime
  }

  #keep(entry: PerformanceEntry): PerformanceEntry {
    this.#entries.push(entry)
    if (this.#entries.length > entriesMax) this.#entries.shift()
    return entry
  }

  #clear(type: string, name: string | undefined): void {
    const kept = this.#entries.filter(
      (entry) => entry.entryType !== type || (name !== undefined && entry.name !== name),
    )
    this.#entries.splice(0, this.#entries.length, ...kept)
  }
}

nameClass(Performance, "Performance")
