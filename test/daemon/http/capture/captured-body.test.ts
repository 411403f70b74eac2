import { expect, test } from "vitest"

import { bodyText, captureBody, keptBytesMax } from "../../../../src/daemon/http/capture/captured-body.ts"

test.each([
  ["a string", (text: string): unknown => text],
  ["bytes", (text: string): unknown => Buffer.from(text)],
])("%s is kept up to 16 kB, and never ends within a character", (_name, make) => {
  const short = captureBody(make("grüße 🎈"))
  const long = captureBody(make("🎈".repeat(10_000)))
  const shifted = captureBody(make(`x${"🎈".repeat(10_000)}`))

  expect(short.bodyBytes).toBe(12)
  expect(bodyText(short)).toBe("grüße 🎈")
  expect(long.bodyBytes).toBe(40_000)
  expect(bodyText(long)).toBe("🎈".repeat(keptBytesMax / 4))
  expect(bodyText(shifted)).toBe(`x${"🎈".repeat(keptBytesMax / 4 - 1)}`)
})

test.each([
  ["nothing", undefined],
  ["null", null],
  ["an empty string", ""],
  ["no bytes", new Uint8Array()],
  ["a stream", { pipe: () => undefined }],
])("%s is no body", (_name, body) => {
  expect(bodyText(captureBody(body))).toBeNull()
  expect(captureBody(body).bodyBytes).toBe(0)
})

test("bytes that are no text are counted and not shown", () => {
  const picture = captureBody(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0x00]))
  const zeros = captureBody(Buffer.alloc(20))

  expect([picture.bodyBytes, bodyText(picture)]).toEqual([6, null])
  expect([zeros.bodyBytes, bodyText(zeros)]).toEqual([20, null])
})

test("what is kept does not hold on to the memory of the whole", () => {
  const slab = Buffer.alloc(1_000_000, "a")

  const small = captureBody(slab.subarray(10, 20))
  const large = captureBody(slab)

  expect((small.kept as Buffer).buffer.byteLength).toBe(10)
  expect((large.kept as Buffer).buffer.byteLength).toBe(keptBytesMax)
})
