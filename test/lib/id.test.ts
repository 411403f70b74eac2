import { expect, test } from "vitest"

import { IdSource } from "../../src/lib/id.ts"

const uuidV7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/

test("ids are UUIDs of version 7 that begin with the time", () => {
  const id = new IdSource().next(Date.UTC(2026, 0, 1))

  expect(id).toMatch(uuidV7)
  expect(Number.parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(Date.UTC(2026, 0, 1))
})

test("ids ascend and never repeat, also while the clock stands still or goes back", () => {
  const source = new IdSource()
  const made: string[] = []

  for (let index = 0; index < 10_000; index += 1) made.push(source.next(1_000_000 - (index % 7)))

  expect(made.every((id) => uuidV7.test(id))).toBe(true)
  expect(made.every((id, index) => index === 0 || made[index - 1]! < id)).toBe(true)
})

test("two sources make different ids in the same millisecond", () => {
  expect(new IdSource().next(5)).not.toBe(new IdSource().next(5))
})
