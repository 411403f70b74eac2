import * as fc from "fast-check"
import { expect, test } from "vitest"

import { RecentItems } from "../../src/lib/recent-items.ts"

test("it holds what a plain list cut to the limits would hold", () => {
  const additions = fc.array(fc.nat(30), { maxLength: 60 })
  const limits = fc.record({ countMax: fc.integer({ min: 1, max: 8 }), bytesMax: fc.nat(60) })
  fc.assert(
    fc.property(additions, limits, fc.nat(10), (sizes, { countMax, bytesMax }, wanted) => {
      const items = new RecentItems<number>({ countMax, bytesMax })
      const model: { id: number; size: number }[] = []
      const weight = (): number => model.reduce((sum, { size }) => sum + size, 0)

      for (const [id, size] of sizes.entries()) {
        items.add(id, size)
        model.push({ id, size })
        while (model.length > 1 && (model.length > countMax || weight() > bytesMax)) model.shift()
      }

      const ids = model.map(({ id }) => id)
      expect(items.newest(countMax)).toEqual(ids)
      expect(items.newest(wanted)).toEqual(wanted === 0 ? [] : ids.slice(-wanted))
      expect(items.count).toBe(ids.length)
      expect(items.bytes).toBe(weight())
      expect(items.findNewest((id) => id % 2 === 0)).toBe(ids.findLast((id) => id % 2 === 0))
    }),
  )
})

test("at least one item must fit", () => {
  expect(() => new RecentItems({ countMax: 0, bytesMax: 10 })).toThrow(RangeError)
})
