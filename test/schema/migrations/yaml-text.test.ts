import * as fc from "fast-check"
import { expect, test } from "vitest"

import { parseYamlTree, yamlToValue } from "../../../src/lib/yaml-tree.ts"
import { operationToJson } from "../../../src/schema/migrations/operation-json.ts"
import { operationLines } from "../../../src/schema/migrations/operation-text.ts"
import { parseMigration } from "../../../src/schema/migrations/parse-migration.ts"
import { yamlEntryLines, yamlInline } from "../../../src/schema/migrations/yaml-text.ts"
import type { JsonValue } from "../../../src/schema/schema.ts"
import { testSeed } from "../../helpers/scale.ts"
import { arbitrarySchema } from "../arbitrary-schema.ts"
import { arbitraryOperation } from "./arbitrary-operation.ts"

const seed = testSeed()

const tricky = fc.constantFrom(
  "",
  "yes",
  "null",
  "~",
  "1",
  "1e3",
  "a: b",
  "a #b",
  "- a",
  "it's",
  '"',
  "{a}",
  "0x1",
  " a",
  "a ",
  "é",
  "2026-01-01",
)

function valueOf(text: string): unknown {
  const { root, problems } = parseYamlTree(text, "x.yaml")
  if (root === null || problems.length > 0) throw new Error(`${JSON.stringify(problems)}\n${text}`)
  return (yamlToValue(root) as { readonly x: unknown }).x
}

test("a value on one line is read back as it was", () => {
  const values = fc.oneof(tricky, fc.jsonValue({ maxDepth: 3 }), fc.array(tricky), fc.dictionary(tricky, tricky))
  fc.assert(
    fc.property(values, (value) => {
      const json = JSON.parse(JSON.stringify(value)) as JsonValue

      expect(valueOf(`x: ${yamlInline(json)}\n`)).toEqual(json)
    }),
    { numRuns: 500, seed },
  )
})

test("text of several lines is read back as it was", () => {
  const lines = fc.array(fc.oneof(tricky, fc.string({ unit: "binary-ascii" })), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(lines, (parts) => {
      const text = parts.join("\n")

      expect(valueOf(`${yamlEntryLines("x", text).join("\n")}\n`)).toBe(text)
    }),
    { numRuns: 500, seed },
  )
})

test("an operation is read back from its text as it was", () => {
  fc.assert(
    fc.property(arbitrarySchema().chain(arbitraryOperation), (operation) => {
      const text = `operations:\n${operationLines(operation)
        .map((line) => `  ${line}`)
        .join("\n")}\n`

      const { migration, problems } = parseMigration({ file: "migrations/001_x.yaml", text })

      expect(problems).toEqual([])
      expect(migration?.operations.map(operationToJson)).toEqual([operation])
    }),
    { numRuns: 100, seed },
  )
})
