import { expect, test } from "vitest"

import { passwordProblems } from "../../../../src/daemon/auth/passwords/password-policy.ts"

const strict = { minLength: 8, requireUppercase: true, requireNumber: true, requireSpecial: true }
const lenient = { minLength: 8, requireUppercase: false, requireNumber: false, requireSpecial: false }

test.each([
  ["Correct-h0rse", []],
  ["Ünïcödé-9", []],
  ["abc", ["TOO_SHORT", "NEEDS_UPPERCASE", "NEEDS_NUMBER", "NEEDS_SPECIAL"]],
  ["abcdefgh", ["NEEDS_UPPERCASE", "NEEDS_NUMBER", "NEEDS_SPECIAL"]],
  ["Abcdefgh", ["NEEDS_NUMBER", "NEEDS_SPECIAL"]],
  ["Abcdefg8", ["NEEDS_SPECIAL"]],
  ["Abc defg8", ["NEEDS_SPECIAL"]],
  ["", ["TOO_SHORT", "NEEDS_UPPERCASE", "NEEDS_NUMBER", "NEEDS_SPECIAL"]],
])("everything that %j lacks is told at once", (password, codes) => {
  expect(passwordProblems("password", password, strict).map(({ code }) => code)).toEqual(codes)
})

test("characters are counted, not bytes or UTF-16 units", () => {
  expect(passwordProblems("password", "😀".repeat(8), lenient)).toEqual([])
  expect(passwordProblems("password", "😀".repeat(7), lenient)).toMatchObject([{ code: "TOO_SHORT" }])
})

test("a very long one is refused, and never repeated", () => {
  expect(passwordProblems("password", "x".repeat(1_024), lenient)).toEqual([])
  const problems = passwordProblems("password", "secret".repeat(200), lenient)
  expect(problems).toMatchObject([{ code: "TOO_LONG" }])
  expect(JSON.stringify(problems)).not.toContain("secret")
  expect(passwordProblems("password", "€".repeat(400), lenient)).toMatchObject([{ code: "TOO_LONG" }])
})

test.each([null, 12_345_678, ["a"], {}, true])("%j is no password", (password) => {
  expect(passwordProblems("new_password", password, lenient)).toEqual([
    { code: "WRONG_TYPE", message: "new_password must be a string." },
  ])
})
