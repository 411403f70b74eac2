import * as fc from "fast-check"
import { expect, test } from "vitest"

import { interpolate } from "../../src/project/interpolate.ts"

const variables: Record<string, string> = { NAME: "value", EMPTY: "", NESTED: "${NAME}", _x1: "y" }
const lookup = (name: string): string | undefined => variables[name]

test.each([
  ["${NAME}", "value"],
  ["a${NAME}b${_x1}", "avaluebys".slice(0, -1)],
  ["${NAME:-other}", "value"],
  ["${UNSET:-other}", "other"],
  ["${EMPTY:-other}", "other"],
  ["${EMPTY}", ""],
  ["${UNSET:-}", ""],
  ["${UNSET:-a:-b}", "a:-b"],
  ["${UNSET:-two\nlines}", "two\nlines"],
  ["$${NAME}", "${NAME}"],
  ["$$${NAME}", "$${NAME}"],
  ["$NAME $ {NAME} }", "$NAME $ {NAME} }"],
  ["${NESTED}", "${NAME}"],
])("%j becomes %j", (text, expected) => {
  const result = interpolate(text, lookup)

  expect(result.text).toBe(expected)
  expect(result.problems).toEqual([])
})

test.each([
  ["a ${UNSET}", { kind: "missing", detail: "UNSET", offset: 2, length: 8 }],
  ["${NAME", { kind: "malformed", offset: 0 }],
  ["${}", { kind: "malformed", offset: 0 }],
  ["${1X}", { kind: "malformed" }],
  ["${NAME-x}", { kind: "malformed" }],
  ["${ NAME }", { kind: "malformed" }],
  ["${A:-${NAME}}", { kind: "malformed" }],
  ["${toString}", { kind: "missing", detail: "toString" }],
])("%j is reported", (text, problem) => {
  const { problems } = interpolate(text, (name) => (Object.hasOwn(variables, name) ? variables[name] : undefined))

  expect(problems).toMatchObject([problem])
})

test("a text without a dollar sign comes back as it is, and an escaped text as it was before", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(interpolate(text.replaceAll("$", ""), () => "never").text).toBe(text.replaceAll("$", ""))
    }),
  )
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom("${", "}", "a", "{", "NAME", ":-")).map((parts) => parts.join("")),
      (text) => {
        const result = interpolate(
          text.replaceAll("${", () => "$${"),
          () => "never",
        )
        expect(result).toEqual({ text, used: false, problems: [] })
      },
    ),
  )
})

test("whatever a variable holds is put in unchanged, once", () => {
  fc.assert(
    fc.property(fc.string(), fc.string({ unit: fc.constantFrom("a", " ", "{") }), (value, around) => {
      const result = interpolate(`${around}\${X}${around}`, () => value)
      expect(result).toEqual({ text: `${around}${value}${around}`, used: true, problems: [] })
    }),
  )
})
