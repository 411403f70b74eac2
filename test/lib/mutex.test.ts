import { expect, test } from "vitest"

import { Mutex } from "../../src/lib/mutex.ts"

test("work runs one at a time, in order, and a failure does not stop the next", async () => {
  const mutex = new Mutex()
  const order: string[] = []
  const step = async (name: string): Promise<string> => {
    order.push(`${name} begins`)
    await Promise.resolve()
    order.push(`${name} ends`)
    if (name === "first") throw new Error("first failed")
    return name
  }

  const first = mutex.run(() => step("first"))
  const second = mutex.run(() => step("second"))

  await expect(first).rejects.toThrow("first failed")
  await expect(second).resolves.toBe("second")
  expect(order).toEqual(["first begins", "first ends", "second begins", "second ends"])
})
