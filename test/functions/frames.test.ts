import { describe, expect, test } from "vitest"

import { decodeFrame, encodeFrame, joinFrames, splitFrames } from "../../src/functions/frames.ts"

const codec = {
  encode: (text: string): Uint8Array => new TextEncoder().encode(text),
  decode: (bytes: Uint8Array): string => new TextDecoder().decode(bytes),
}

describe("a frame", () => {
  test.each([
    [{ id: 1, op: "sleep", ms: 3 }, undefined],
    [{ text: "äö€😀\u0000" }, new Uint8Array()],
    [{ id: 4_294_967_295 }, Uint8Array.of(0, 255, 10, 13)],
    [null, new Uint8Array(70_000).fill(7)],
  ])("comes back as it was written: %j", (header, body) => {
    const frame = decodeFrame(codec, encodeFrame(codec, header, body))

    expect(frame.header).toEqual(header)
    expect(Buffer.compare(frame.body, body ?? new Uint8Array())).toBe(0)
  })

  test("begins with the length of its header, the lowest byte first", () => {
    expect([...encodeFrame(codec, 12, Uint8Array.of(9))]).toEqual([2, 0, 0, 0, 0x31, 0x32, 9])
  })

  test.each([
    ["that is shorter than the length", [1, 0]],
    ["whose header is longer than itself", [9, 0, 0, 0, 0x31]],
    ["whose header is longer than anything", [255, 255, 255, 255, 0x31]],
  ])("%s is refused", (_name, bytes) => {
    expect(() => decodeFrame(codec, Uint8Array.from(bytes))).toThrow(RangeError)
  })

  test("whose header is no JSON is refused", () => {
    expect(() => decodeFrame(codec, Uint8Array.of(1, 0, 0, 0, 0x7b))).toThrow(SyntaxError)
  })
})

describe("joined frames", () => {
  test("come apart again, empty ones too", () => {
    const frames = [Uint8Array.of(1, 2, 3), new Uint8Array(), Uint8Array.of(4)]

    expect(splitFrames(joinFrames(frames))).toEqual(frames)
    expect(splitFrames(joinFrames([]))).toEqual([])
  })

  test("that end too early are refused", () => {
    const joined = joinFrames([Uint8Array.of(1, 2, 3)])

    for (let length = 1; length < joined.length; length += 1)
      expect(() => splitFrames(joined.subarray(0, length))).toThrow(RangeError)
  })
})
