import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { findJsonFault, isNestedDeeperThan } from "../../src/lib/json-syntax.ts"

describe("findJsonFault", () => {
  const cases: [text: string, line: number, column: number, expected: string][] = [
    ["", 1, 1, "a value"],
    ['{"a":1', 1, 7, '"," or "}"'],
    ["[1 2]", 1, 4, '"," or "]"'],
    ['{"a":1,}', 1, 8, "a name in double quotes"],
    ["{'a':1}", 1, 2, "a name in double quotes"],
    ['{"a" 1}', 1, 6, '":"'],
    ['{\n  "a": tru\n}', 2, 8, "a value"],
    ['{"a":01}', 1, 6, "a value"],
    ['{"a":"b\nc"}', 1, 8, "an escape such as \\n in place of a control character"],
    ['["\\x"]', 1, 3, 'an escape such as \\n, \\" or \\u00e9'],
    ['{"a":"b', 1, 8, "the end of the string"],
    ["{} {}", 1, 4, "the end of the body"],
    ["NaN", 1, 1, "a value"],
    ["[1,]", 1, 4, "a value"],
    ["﻿{}", 1, 1, "a value"],
  ]

  test.each(cases)("%j stops being JSON at line %d, column %d", (text, line, column, expected) => {
    expect(findJsonFault(text)).toMatchObject({ line, column, expected })
  })

  test("it finds a fault exactly where JSON.parse refuses", () => {
    const almostJson = fc
      .tuple(
        fc.json({ maxDepth: 4 }),
        fc.nat(),
        fc.constantFrom("", ",", "}", "]", '"', "\\", "0", "-", "e", ":", " ", "\n"),
      )
      .map(([json, at, wrong]) => {
        const place = at % (json.length + 1)
        return json.slice(0, place) + wrong + json.slice(place + (at % 2))
      })

    fc.assert(
      fc.property(almostJson, (text) => {
        expect(findJsonFault(text) === null).toBe(parses(text))
      }),
      { numRuns: 2_000 },
    )
  })

  test("a long string or a deep nest does not overflow the stack", () => {
    expect(findJsonFault(`"${"a".repeat(1_000_000)}`)?.expected).toBe("the end of the string")
    expect(findJsonFault("[".repeat(500_000))?.expected).toBe("a value")
  })
})

test("nesting is counted by brackets outside strings", () => {
  expect(isNestedDeeperThan(Buffer.from("[[[]]]"), 3)).toBe(false)
  expect(isNestedDeeperThan(Buffer.from('[[{"a":[]}]]'), 3)).toBe(true)
  expect(isNestedDeeperThan(Buffer.from('["[[[[", "\\"[[[[", {}, {}, {}, {}]'), 2)).toBe(false)
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}
