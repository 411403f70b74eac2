import { expect, test } from "vitest"

import { readSchemaText } from "../../../src/daemon/served/read-schema.ts"
import { isAlyxError } from "../../../src/errors.ts"

const counted = `collections:
  users:
    fields:
      id: { type: int, primary: true, default: auto }
`

function problemsOf(text: string): unknown {
  try {
    return readSchemaText(text, "users").schema.hash
  } catch (error) {
    return isAlyxError(error, "SCHEMA_INVALID") ? error.problems : error
  }
}

test("a collection of accounts that is counted is refused, with its place and what to do", () => {
  expect(problemsOf(counted)).toEqual([
    {
      code: "ACCOUNTS_KEY",
      message:
        "The primary key of users is a number, and the documents of accounts have the id of their account, which is a UUID.",
      next: expect.stringContaining("users.id a uuid"),
      at: expect.objectContaining({ file: "schema.yaml", line: 4 }),
    },
  ])
})

test("any other collection may be counted", () => {
  expect(readSchemaText(counted, "people").schema.collections.has("users")).toBe(true)
  expect(readSchemaText(counted).schema.collections.has("users")).toBe(true)
})
