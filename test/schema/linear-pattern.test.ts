import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { compileLinearPattern, patternFault } from "../../src/schema/linear-pattern.ts"

/** Parts of patterns; together they use all that the two engines write differently. */
const atom = fc.constantFrom(
  ..."a b é 😀 . \\. \\/ \\- \\s \\S \\d \\D \\w \\W [ab] [^a] [a-c] [^\\s] [\\s\\d_-] [\\S] [\\W\\n] [\\b] [] [^] [[:a] [.&&b] [+--] [a\\-z]".split(
    " ",
  ),
  ..."\\p{L} \\P{L} \\p{Lu} \\p{Script=Greek} [^\\p{Letter}] [\\P{Nd}a] \\p{ASCII} \\u00e9 \\u{1F600} \\uD83D\\uDE00 \\x41 \\cJ \\0 \\t".split(
    " ",
  ),
  " ",
)
const boundary = fc.constantFrom("^", "$", "\\b", "\\B", "")
const quantifier = fc.constantFrom("", "", "*", "+", "?", "{2}", "{1,3}", "{2,}", "*?", "+?")

const { pattern } = fc.letrec<{ pattern: string; branch: string; part: string }>((tie) => ({
  pattern: fc
    .tuple(boundary, tie("branch"), fc.option(tie("branch"), { nil: null }), boundary)
    .map(([start, one, two, end]) => `${start}${two === null ? one : `${one}|${two}`}${end}`),
  branch: fc.array(tie("part"), { minLength: 1, maxLength: 3 }).map((parts) => parts.join("")),
  part: fc.oneof(
    { maxDepth: 2 },
    fc.tuple(atom, quantifier).map(([one, times]) => one + times),
    fc
      .tuple(fc.constantFrom("(", "(?:", "(?<name>"), tie("branch"), quantifier)
      .map(([open, inner, times]) => `${open}${inner})${times}`),
  ),
}))

const text = fc
  .array(
    fc.constantFrom(
      ..."a b c z A é É ß 😀 α Ω 0 9 _ - . / & + [ ] : \\".split(" "),
      ...Array.from(" \n\r\t\v\f\b\0\u00A0\u2003\u2028\u2029\uFEFF"),
    ),
    { maxLength: 8 },
  )
  .map((characters) => characters.join(""))

describe("compileLinearPattern", () => {
  test("agrees with JavaScript's own engine about random patterns and texts", () => {
    let matchCount = 0
    fc.assert(
      fc.property(pattern, fc.array(text, { minLength: 20, maxLength: 20 }), (source, texts) => {
        // A name may stand only once in a pattern, or once in each branch.
        fc.pre(isValid(source))
        const linear = compileLinearPattern(source)
        // By itself /\W$/u does not find "😀" in V8, whose search starts within the pair; so it matches from the start.
        const own = new RegExp(`^[^]*?(?:${source})`, "u")
        for (const each of texts) {
          const matches = own.test(each)
          if (matches) matchCount += 1
          expect({ source, each, matches: linear.test(each) }).toEqual({ source, each, matches })
        }
      }),
      { numRuns: 1_000 },
    )
    expect(matchCount).toBeGreaterThan(1_000)
  })

  test.each(["\\s", "\\S", ".", "\\w", "[^\\W_]", "\\p{Letter}", "\\P{Uppercase}", "\\p{Script_Extensions=Han}"])(
    "%s means the same characters",
    (source) => {
      const linear = compileLinearPattern(`^${source}$`)
      const own = new RegExp(`^${source}$`, "u")
      const different: number[] = []

      for (let codePoint = 0; codePoint < 0x3_00_00; codePoint += 1) {
        if (codePoint >= 0xd8_00 && codePoint < 0xe0_00) continue
        const character = String.fromCodePoint(codePoint)
        if (linear.test(character) !== own.test(character)) different.push(codePoint)
      }

      expect(different).toEqual([])
    },
  )

  test.each([
    ["^(a+)+$", "a"],
    ["^(\\w+\\s?)*$", "a "],
    ["(x+x+)+y", "x"],
    ["\\s+$", " "],
    ["^(.+,){5}x$", ","],
    ["^(?:a?){30}a{30}$", "a"],
  ])("%s takes a time that grows with the text and no faster", (source, unit) => {
    const linear = compileLinearPattern(source)

    // A backtracking engine would need hours for any of these.
    expect(linear.test(`${unit.repeat(500_000)}\u0001`)).toBe(false)
  })
})

function isValid(source: string): boolean {
  try {
    return new RegExp(source, "u") instanceof RegExp
  } catch {
    return false
  }
}

describe("patternFault", () => {
  test.each([
    ["[a-", "Unterminated character class"],
    ["(?=a)", "looks ahead"],
    ["a(?!b)", "looks ahead"],
    ["(?<=a)b", "looks behind"],
    ["(?<!a)b", "looks behind"],
    ["(a)\\1", "refers back"],
    ["(?<n>a)\\k<n>", "refers back"],
    ["(?i:a)", "changes flags"],
    ["a{1001}", "further than 1000"],
    ["(?:a{100}){100}", "further than 1000"],
    [".{1000}".repeat(6), "too large"],
    ["a".repeat(1_001), "longer than 1000"],
  ])("says why %s cannot be used", (source, reason) => {
    expect(patternFault(source)).toContain(reason)
  })

  test.each(["", "^[a-z0-9]+(?:-[a-z0-9]+)*$", "^#(?:[0-9a-f]{3}){1,2}$", "^[\\w.+-]+@\\w+(\\.\\w+)+$", "^(a+)+$"])(
    "has nothing against %s",
    (source) => {
      expect(patternFault(source)).toBeNull()
    },
  )
})
