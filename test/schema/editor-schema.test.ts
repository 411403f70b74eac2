import { Ajv } from "ajv"
import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { parseYamlTree, yamlToValue } from "../../src/lib/yaml-tree.ts"
import { editorSchema } from "../../src/schema/editor-schema.ts"
import { fieldOptionNames } from "../../src/schema/field-options.ts"
import { arbitrarySchemaText } from "./arbitrary-schema.ts"
import { badSchemas } from "./bad-schemas.ts"
import { blogSchema, usersSchema } from "./example-schemas.ts"
import { readMarked } from "./marked-text.ts"

const judge = new Ajv({
  strict: true,
  strictTypes: false,
  strictRequired: false,
  strictTuples: false,
  validateFormats: false,
}).compile(editorSchema())

function isAccepted(text: string): boolean {
  const { root } = parseYamlTree(text, "schema.yaml")
  return judge(root === null ? null : yamlToValue(root))
}

describe("the JSON Schema for editors", () => {
  test.each([blogSchema, usersSchema, "", "collections: {}\n"])("accepts the examples and an empty file", (text) => {
    expect(isAccepted(text)).toBe(true)
  })

  test("accepts every random schema", () => {
    fc.assert(fc.property(arbitrarySchemaText(), (text) => isAccepted(text)))
  })

  test.each(badSchemas.filter((bad) => bad.structural))("refuses $name", (bad) => {
    expect(isAccepted(readMarked(bad.text).text)).toBe(false)
  })

  test("describes every option", () => {
    const { definitions } = editorSchema() as {
      definitions: { field: { properties: Record<string, { description?: string }> } }
    }

    for (const name of [...fieldOptionNames, "validate"]) {
      expect(definitions.field.properties[name]?.description).toMatch(/\.$/)
    }
  })
})
