import { expect, test } from "vitest"

import { nearestWord } from "../../src/lib/nearest-word.ts"

test.each([
  ["textt", ["string", "text"], "text"],
  ["max_length", ["minLength", "maxLength"], "maxLength"],
  ["TITEL", ["title", "body"], "title"],
  ["completely", ["title", "body"], undefined],
  ["", [], undefined],
])("%j among %j means %j", (word, candidates, expected) => {
  expect(nearestWord(word, candidates)).toBe(expected)
})
