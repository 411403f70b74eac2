import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"

import { fieldOptionNames } from "../../src/schema/field-options.ts"
import { collectionKeys } from "../../src/schema/parse-collections.ts"
import { indexKeys } from "../../src/schema/parse-indexes.ts"
import { parseSchema } from "../../src/schema/parse.ts"
import { schemaProblemCodes } from "../../src/schema/problem-list.ts"
import { fieldTypes } from "../../src/schema/schema.ts"
import { badSchemas } from "./bad-schemas.ts"

const documentation = readFileSync(new URL("../../docs/schema.md", import.meta.url), "utf8")

describe("docs/schema.md", () => {
  test.each([...fieldTypes, ...fieldOptionNames, ...collectionKeys, ...indexKeys, ...schemaProblemCodes])(
    "explains %s",
    (word) => {
      expect(documentation).toContain(`\`${word}\``)
    },
  )

  test("has examples that are valid", () => {
    const [, example = ""] = /```yaml\n(version: 1[\s\S]*?)```/.exec(documentation) ?? []

    expect(parseSchema(example, "schema.yaml")).toMatchObject({ problems: [], notices: [] })
  })
})

test("every problem of the language has a bad schema that shows it, or a test of its limit", () => {
  const elsewhere = ["YAML_UNSUPPORTED", "FILE_TOO_LARGE", "TOO_MANY", "NO_COLLECTIONS"]

  expect([...new Set([...badSchemas.map((bad) => bad.code), ...elsewhere])].toSorted()).toEqual(
    schemaProblemCodes.toSorted(),
  )
})
