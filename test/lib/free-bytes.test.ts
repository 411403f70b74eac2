import { expect, test } from "vitest"

import { freeBytes } from "../../src/lib/free-bytes.ts"

test("bytes that were freed take no memory, however often they are freed", () => {
  const bytes = new Uint8Array(64 * 1024 * 1024)
  const before = process.memoryUsage().arrayBuffers

  freeBytes(bytes)
  freeBytes(bytes)

  expect(bytes).toHaveLength(0)
  expect(process.memoryUsage().arrayBuffers).toBeLessThanOrEqual(before - 64 * 1024 * 1024)
})
