import { describe, expect, test } from "vitest"

import { isSlowPattern } from "../../src/schema/pattern-speed.ts"

describe("isSlowPattern", () => {
  test.each(["^(a+)+$", "^(\\w+\\s?)*$", "^(a|a)*$", "^(a|aa)+$", "^(\\p{L}+ ?)+$", "^(.*a){12}$"])(
    "%s is slow",
    (pattern) => {
      expect(isSlowPattern(pattern)).toBe(true)
    },
  )

  test.each([
    "^[a-z0-9]+(?:-[a-z0-9]+)*$",
    "^\\d{3}-\\d{4}$",
    "^#(?:[0-9a-f]{3}){1,2}$",
    "^(?:[a-z]+\\.)+[a-z]{2,}$",
    "^[\\w.+-]+@\\w+(\\.\\w+)+$",
    "^(draft|published)$",
  ])("%s is not", (pattern) => {
    expect(isSlowPattern(pattern)).toBe(false)
  })
})
