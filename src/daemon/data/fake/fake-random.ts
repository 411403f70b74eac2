import type { Faker } from "@faker-js/faker"

/**
 * The end of the year that made-up moments lie in. It is fixed, so that equal seeds give equal documents whenever they
 * are made.
 */
export const fakeYearEndMs = Date.UTC(2026, 0, 1)

/** Everything random of one run, in one order: equal seeds give equal values. */
export class FakeRandom {
  readonly words: Faker

  /** The faker is this run's own: it is seeded here. */
  constructor(words: Faker, seed: number) {
    this.words = words
    words.seed(seed)
    words.setDefaultRefDate(new Date(fakeYearEndMs))
  }

  /** A whole number with both ends. */
  int(min: number, max: number): number {
    return this.words.number.int({ min, max })
  }

  /** From 0 to below 1. */
  share(): number {
    return this.words.number.float({ min: 0, max: 1 - Number.EPSILON })
  }

  chance(probability: number): boolean {
    return this.share() < probability
  }

  pick<T>(values: readonly T[]): T {
    return values[this.int(0, values.length - 1)]!
  }

  /** A UUID of version 7 that begins with a moment. */
  uuid(atMs: number): string {
    const time = Math.floor(atMs).toString(16).padStart(12, "0")
    const random = this.words.string.hexadecimal({ length: 18, prefix: "", casing: "lower" })
    const variant = this.pick(["8", "9", "a", "b"])
    return `${time.slice(0, 8)}-${time.slice(8)}-7${random.slice(0, 3)}-${variant}${random.slice(3, 6)}-${random.slice(6)}`
  }
}
