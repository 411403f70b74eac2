import { describe, expect, test } from "vitest"

import { RateCounter } from "../../src/lib/rate-counter.ts"
import type { Rate } from "../../src/lib/units.ts"

/** A clock that only moves when it is told to. */
function standingClock() {
  let nowMs = 1_000_000
  return { now: () => nowMs, pass: (ms: number) => void (nowMs += ms) }
}

function counterOf(rate: Rate | null, keysMax = 100) {
  const clock = standingClock()
  return { clock, counter: new RateCounter({ clock, rate: () => rate, keysMax }) }
}

const threeAMinute: Rate = { count: 3, windowMs: 60_000 }

describe("RateCounter", () => {
  test("allows as many as the rate, then refuses until the window of the first try ends", () => {
    const { clock, counter } = counterOf(threeAMinute)

    expect([1, 2, 3].map(() => counter.take("a").remaining)).toEqual([2, 1, 0])
    clock.pass(10_500)

    expect(counter.take("a")).toEqual({ isAllowed: false, retryAfterSeconds: 50, remaining: 0 })
    clock.pass(49_499)
    expect(counter.take("a")).toMatchObject({ isAllowed: false, retryAfterSeconds: 1 })
    clock.pass(1)
    expect(counter.take("a")).toMatchObject({ isAllowed: true, remaining: 2 })
  })

  test("refused tries do not make the wait longer", () => {
    const { clock, counter } = counterOf({ count: 1, windowMs: 1_000 })
    counter.take("a")

    for (let tries = 0; tries < 50; tries += 1) expect(counter.take("a").isAllowed).toBe(false)
    clock.pass(1_000)

    expect(counter.take("a").isAllowed).toBe(true)
  })

  test("counts each key for itself, and asking counts nothing", () => {
    const { counter } = counterOf({ count: 1, windowMs: 1_000 })

    for (let asked = 0; asked < 5; asked += 1) expect(counter.check("a").isAllowed).toBe(true)
    expect(counter.take("a").isAllowed).toBe(true)
    expect(counter.check("a").isAllowed).toBe(false)
    expect(counter.take("b").isAllowed).toBe(true)
  })

  test("takes back and forgets", () => {
    const { counter } = counterOf({ count: 1, windowMs: 1_000 })
    counter.take("a")
    counter.giveBack("a")
    counter.giveBack("a")
    expect(counter.check("a").remaining).toBe(1)
    counter.count("a")
    counter.count("a")
    expect(counter.check("a").isAllowed).toBe(false)

    counter.forget("a")

    expect(counter.check("a").isAllowed).toBe(true)
  })

  test("without a rate everything is allowed and nothing is kept", () => {
    const { counter } = counterOf(null)

    expect(counter.take("a").isAllowed).toBe(true)
    counter.count("a")

    expect(counter.size).toBe(0)
  })

  test("a rate that changes acts at the next try", () => {
    const clock = standingClock()
    let rate: Rate = { count: 1, windowMs: 1_000 }
    const counter = new RateCounter({ clock, rate: () => rate, keysMax: 10 })
    counter.take("a")
    expect(counter.check("a").isAllowed).toBe(false)

    rate = { count: 2, windowMs: 1_000 }

    expect(counter.check("a")).toMatchObject({ isAllowed: true, remaining: 1 })
  })

  test("never holds more keys than it may, and forgets the oldest", () => {
    const { counter } = counterOf({ count: 1, windowMs: 1_000 }, 10)

    for (let index = 0; index < 1_000; index += 1) {
      expect(counter.take(`key ${index}`).isAllowed).toBe(true)
      expect(counter.size).toBeLessThanOrEqual(10)
    }

    expect(counter.check("key 999").isAllowed).toBe(false)
    expect(counter.check("key 0").isAllowed).toBe(true)
  })

  test("ended windows go as new keys come", () => {
    const { clock, counter } = counterOf({ count: 1, windowMs: 1_000 }, 1_000)
    for (let index = 0; index < 100; index += 1) counter.take(`old ${index}`)
    clock.pass(1_000)

    for (let index = 0; index < 60; index += 1) counter.take(`new ${index}`)

    expect(counter.size).toBe(60)
  })

  test("a clock that is set back begins anew instead of refusing for long", () => {
    const { clock, counter } = counterOf({ count: 1, windowMs: 1_000 })
    counter.take("a")

    clock.pass(-3_600_000)

    expect(counter.take("a").isAllowed).toBe(true)
  })
})
