import { expect, test } from "vitest"

import { ReleaseStack } from "../../src/lib/release-stack.ts"

test("releases run newest first, all of them, and each once", async () => {
  const order: string[] = []
  const stack = new ReleaseStack()
  stack.push("database", () => void order.push("database"))
  stack.push("server", () => Promise.reject(new Error("stuck")))
  stack.push("watcher", async () => void order.push("watcher"))

  const failures = await stack.releaseAll()
  const again = await stack.releaseAll()

  expect(order).toEqual(["watcher", "database"])
  expect(failures.map((failure) => failure.name)).toEqual(["server"])
  expect(again).toEqual([])
})
