import { expect, test } from "vitest"

import { compressedTag, matchesStrongly, matchesWeakly } from "../../../src/daemon/records/etag.ts"

test("the tag of the compressed form names the same document, alone and in a list", () => {
  const tag = '"abc"'
  const compressed = compressedTag(tag)

  expect(compressed).toBe('"abc-gzip"')
  expect(matchesStrongly(compressed, tag)).toBe(true)
  expect(matchesStrongly(`"x", ${compressed}`, tag)).toBe(true)
  expect(matchesWeakly(`W/${compressed}`, tag)).toBe(true)
})

test("a weak tag never matches strongly, compressed or not", () => {
  expect(matchesStrongly('W/"abc-gzip", W/"abc"', '"abc"')).toBe(false)
})
