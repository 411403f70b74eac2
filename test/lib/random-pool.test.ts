import { describe, expect, it } from "vitest"

import { RandomPool } from "../../src/lib/random-pool.ts"

describe("random bytes that are drawn ahead", () => {
  it.each([[16], [17], [64]])("are given once each, also where a draw ends in between: pool of %i", (drawn) => {
    const pool = new RandomPool(drawn)
    const given = new Set<string>()

    for (let round = 0; round < 1_000; round += 1) given.add(Buffer.from(pool.draw(new Uint8Array(10))).toString("hex"))

    expect(given.size).toBe(1_000)
  })

  it("fill what is larger than the pool, what is as large, and nothing", () => {
    const pool = new RandomPool(8)

    for (const length of [8, 100, 70_000]) {
      const bytes = pool.draw(new Uint8Array(length))
      expect(bytes.some((byte) => byte !== 0)).toBe(true)
      expect(bytes.subarray(-8).some((byte) => byte !== 0)).toBe(true)
    }
    expect(pool.draw(new Uint8Array(0))).toHaveLength(0)
  })

  it("are spread evenly", () => {
    const pool = new RandomPool()
    const counts = new Uint32Array(256)
    for (let round = 0; round < 4_000; round += 1) for (const byte of pool.draw(new Uint8Array(64))) counts[byte]! += 1

    // 1,000 of each are expected; five standard deviations are 158.
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(250)
  })
})
