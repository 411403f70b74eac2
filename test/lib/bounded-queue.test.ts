import { expect, test } from "vitest"

import { BoundedQueue } from "../../src/lib/bounded-queue.ts"

test("items leave in the order in which they came", () => {
  const queue = new BoundedQueue<number>(3)

  for (const item of [1, 2, 3]) queue.push(item)

  expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual([1, 2, 3, undefined])
})

test("at the limit the oldest item makes room and is handed back", () => {
  const queue = new BoundedQueue<number>(2)

  const lost = [1, 2, 3, 4].map((item) => queue.push(item))

  expect(lost).toEqual([undefined, undefined, 1, 2])
  expect(queue.size).toBe(2)
  expect([queue.shift(), queue.shift()]).toEqual([3, 4])
})

test("it goes round its ring many times without mixing anything up", () => {
  const queue = new BoundedQueue<number>(7)
  const taken: number[] = []

  for (let item = 0; item < 100; item += 1) {
    queue.push(item)
    if (item % 3 !== 0) taken.push(queue.shift()!)
  }
  while (queue.size > 0) taken.push(queue.shift()!)

  expect(taken).toEqual(taken.toSorted((a, b) => a - b))
  expect(taken.at(-1)).toBe(99)
})

test("a queue that could hold nothing is refused", () => {
  expect(() => new BoundedQueue(0)).toThrow(RangeError)
})

test("what was taken is put back as the oldest, where there is room", () => {
  const queue = new BoundedQueue<string>(3)
  queue.push("a")
  queue.push("b")
  expect(queue.shift()).toBe("a")
  expect(queue.unshift("a")).toBe(true)
  expect(queue.unshift("z")).toBe(true)

  expect(queue.unshift("y")).toBe(false)

  expect([queue.shift(), queue.shift(), queue.shift(), queue.shift()]).toEqual(["z", "a", "b", undefined])
  expect(queue.unshift("c")).toBe(true)
  expect(queue.shift()).toBe("c")
})
