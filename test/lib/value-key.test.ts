import { expect, test } from "vitest"

import { valueKey } from "../../src/lib/value-key.ts"
import { Dice } from "../helpers/dice.ts"
import { scaled, testSeed } from "../helpers/scale.ts"

const numbers = [0, -0, 1, -1, 1.5, Infinity, -Infinity, Number.NaN, 9007199254740991, 9007199254740992, 1e300]
const texts = [
  "",
  "1",
  "null",
  "Infinity",
  "-Infinity",
  "NaN",
  "-0",
  '["num","Infinity"]',
  '["int","1"]',
  "\ud800",
  "�",
]
const others = [
  null,
  1n,
  9007199254740993n,
  9007199254740992n,
  new Uint8Array([]),
  new Uint8Array([49]),
  new Uint8Array([1]),
]
const values: readonly unknown[] = [...numbers, ...texts, ...others]

test("no two values have the same key", () => {
  const keys = values.map((value) => JSON.stringify(valueKey(value)))

  expect(new Set(keys).size).toBe(values.length)
  expect(JSON.stringify(valueKey(new Uint8Array([7])))).toBe(JSON.stringify(valueKey(new Uint8Array([7]))))
})

test("nor do two lists of values", () => {
  const seed = testSeed()
  const random = new Dice(seed)
  const byKey = new Map<string, readonly number[]>()
  for (let count = 0; count < scaled(200_000, 10_000); count += 1) {
    const places = Array.from({ length: random.below(4) }, () => random.below(values.length))
    const key = JSON.stringify(places.map((place) => valueKey(values[place])))
    expect(byKey.get(key) ?? places, `seed ${seed}: ${key}`).toEqual(places)
    byKey.set(key, places)
  }
})

test("what SQL does not hold has no key", () => {
  expect(() => valueKey(undefined)).toThrow("SQL has no undefined.")
  expect(() => valueKey(true)).toThrow("SQL has no boolean.")
})
