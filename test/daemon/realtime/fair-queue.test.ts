import { expect, test } from "vitest"

import { FairQueue } from "../../../src/daemon/realtime/fair-queue.ts"

/** Takes out all that waits, each of which takes so long. */
function takeAll(queue: FairQueue<string>, ms: (item: string) => number): string[] {
  const taken: string[] = []
  for (let next = queue.take(); next !== undefined; next = queue.take()) {
    taken.push(next.item)
    queue.charge(next.payer, ms(next.item))
  }
  return taken
}

test("whoever puts many in waits for those, and nobody else does", () => {
  const queue = new FairQueue<string>()
  for (const item of ["a1", "a2", "a3", "a4"]) queue.add(item, { payer: "a", part: "" })
  for (const item of ["b1", "b2"]) queue.add(item, { payer: "b", part: "" })

  expect(takeAll(queue, () => 10)).toEqual(["a1", "b1", "a2", "b2", "a3", "a4"])
})

test("what counts is time: a long one is paid for by waiting for short ones of others", () => {
  const queue = new FairQueue<string>()
  for (const item of ["long1", "long2"]) queue.add(item, { payer: "a", part: "" })
  for (const item of ["b1", "b2", "b3"]) queue.add(item, { payer: "b", part: "" })

  expect(takeAll(queue, (item) => (item.startsWith("long") ? 1_000 : 10))).toEqual(["long1", "b1", "b2", "b3", "long2"])
})

test("who comes later does not go before all others until they have used as much", () => {
  const queue = new FairQueue<string>()
  queue.add("a1", { payer: "a", part: "" })
  queue.add("a2", { payer: "a", part: "" })
  expect(queue.take()?.item).toBe("a1")
  queue.charge("a", 5_000)
  expect(queue.take()?.item).toBe("a2")
  queue.charge("a", 10)
  queue.add("a3", { payer: "a", part: "" })
  for (const item of ["b1", "b2", "b3"]) queue.add(item, { payer: "b", part: "" })

  expect(takeAll(queue, () => 20)).toEqual(["b1", "a3", "b2", "b3"])
})

test("what waits, waits once, and not at all when it was taken back", () => {
  const queue = new FairQueue<string>()
  queue.add("one", { payer: "a", part: "" })
  queue.add("one", { payer: "b", part: "" })
  queue.add("two", { payer: "a", part: "" })
  queue.delete("two")

  expect([queue.size, queue.has("one"), queue.has("two")]).toEqual([1, true, false])
  expect(takeAll(queue, () => 1)).toEqual(["one"])
  expect(queue.size).toBe(0)
})

test("the parts of one who pays take turns, and count together against others", () => {
  const queue = new FairQueue<string>()
  for (const item of ["a1", "a2", "a3"]) queue.add(item, { payer: "a", part: "first" })
  queue.add("a4", { payer: "a", part: "second" })
  queue.add("a5", { payer: "a", part: "second" })
  for (const item of ["b1", "b2", "b3"]) queue.add(item, { payer: "b", part: "" })
  queue.delete("a5")

  expect(takeAll(queue, () => 10)).toEqual(["a1", "b1", "a4", "b2", "a2", "b3", "a3"])
})
