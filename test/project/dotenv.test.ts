import { parseEnv } from "node:util"

import * as fc from "fast-check"
import { expect, test } from "vitest"

import { parseDotenv } from "../../src/project/dotenv.ts"

test("names, quotes, comments and export are understood", () => {
  const text = [
    "# a comment",
    "PLAIN=a value # with a comment",
    "HASH=a#b",
    "  export EXPORTED = 1",
    "EMPTY=",
    "ONLY_COMMENT= # nothing",
    "SINGLE='a \\n # b' # c",
    String.raw`DOUBLE="a\n\"b\" \\ \$ # c"`,
    'KEY="-----BEGIN-----',
    "line two",
    '-----END-----"',
    "AFTER=yes",
  ].join("\r\n")

  const { variables, problems } = parseDotenv(text, ".env")

  expect(problems).toEqual([])
  expect(Object.fromEntries([...variables].map(([name, { value }]) => [name, value]))).toEqual({
    PLAIN: "a value",
    HASH: "a#b",
    EXPORTED: "1",
    EMPTY: "",
    ONLY_COMMENT: "",
    SINGLE: "a \\n # b",
    DOUBLE: 'a\n"b" \\ $ # c',
    KEY: "-----BEGIN-----\nline two\n-----END-----",
    AFTER: "yes",
  })
  expect(variables.get("AFTER")!.at).toMatchObject({ file: ".env", line: 12, column: 1 })
})

test("every malformed line is reported with its place and without its value", () => {
  const { problems } = parseDotenv("secret-hunter2\nA=\"hunter2\nB-C=hunter2\nD='x' hunter2\nE=1\nE=hunter2", ".env")

  expect(problems.map(({ at, code }) => [code, at!.line])).toEqual([
    ["DOTENV_SYNTAX", 1],
    ["DOTENV_SYNTAX", 2],
    ["DOTENV_SYNTAX", 3],
    ["DOTENV_SYNTAX", 4],
    ["DUPLICATE_VARIABLE", 6],
  ])
  expect(JSON.stringify(problems)).not.toContain("hunter2")
})

test("plain files mean the same as to Node's own parser", () => {
  const name = fc.stringMatching(/^[A-Z][A-Z_]{0,10}$/)
  const value = fc.stringMatching(/^[a-z0-9/:.@-]{0,20}$/)
  fc.assert(
    fc.property(fc.dictionary(name, value), (pairs) => {
      const text = Object.entries(pairs)
        .map(([key, one]) => `${key}=${one}`)
        .join("\n")

      const ours = Object.fromEntries(
        [...parseDotenv(text, ".env").variables].map(([key, { value: one }]) => [key, one]),
      )

      expect(ours).toEqual({ ...parseEnv(text) })
    }),
  )
})
