import { expect, test } from "vitest"

import { textFrame } from "../../../src/daemon/realtime/text-frame.ts"

test.each([
  { bytes: 0, head: "8100" },
  { bytes: 125, head: "817d" },
  { bytes: 126, head: "817e007e" },
  { bytes: 65_535, head: "817effff" },
  { bytes: 65_536, head: "817f0000000000010000" },
])("a text of $bytes bytes has the head that the standard gives it", ({ bytes, head }) => {
  const frame = textFrame("x".repeat(bytes))

  expect(frame.subarray(0, frame.length - bytes).toString("hex")).toBe(head)
  expect(frame.subarray(frame.length - bytes).toString()).toBe("x".repeat(bytes))
})

test("the length is that of the bytes, not of the characters", () => {
  const frame = textFrame('{"title":"Käse 🧀"}')

  expect(frame[1]).toBe(frame.length - 2)
  expect(frame.subarray(2).toString()).toBe('{"title":"Käse 🧀"}')
})
