import * as fc from "fast-check"
import { expect, test } from "vitest"

import { parseQueryString } from "../../../src/daemon/http/query-string.ts"

test.each([
  ["", []],
  [
    "a=1&a=2&b=",
    [
      ["a", "1"],
      ["a", "2"],
      ["b", ""],
    ],
  ],
  [
    "flag&=x&&",
    [
      ["flag", ""],
      ["", "x"],
    ],
  ],
  [
    "q=a+b%20c&x=%2B",
    [
      ["q", "a b c"],
      ["x", "+"],
    ],
  ],
  ["filter=title:eq:a=b", [["filter", "title:eq:a=b"]]],
  [
    "__proto__=1&constructor=2",
    [
      ["__proto__", "1"],
      ["constructor", "2"],
    ],
  ],
])("%j is read as ordered pairs", (text, pairs) => {
  expect(parseQueryString(text)).toEqual(pairs)
})

test.each(["a=%", "a=%zz", "%E0%A4%A=1", "a=%FF", "a=%C0%80"])("%j is refused, not guessed at", (text) => {
  expect(() => parseQueryString(text)).toThrow(expect.objectContaining({ code: "INVALID_QUERY" }))
})

test("what URLSearchParams writes is read back the same", () => {
  const pairs = fc.array(fc.tuple(fc.string({ unit: "grapheme", minLength: 1 }), fc.string({ unit: "grapheme" })))

  fc.assert(
    fc.property(pairs, (written) => {
      expect(parseQueryString(new URLSearchParams(written).toString())).toEqual(written)
    }),
  )
})
