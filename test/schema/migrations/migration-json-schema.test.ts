import { Ajv } from "ajv"
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"

import { parseYamlTree, yamlToValue } from "../../../src/lib/yaml-tree.ts"
import { migrationJsonSchema } from "../../../src/schema/migrations/migration-json-schema.ts"
import { readMarked } from "../marked-text.ts"
import { badMigrations } from "./bad-migrations.ts"

const judge = new Ajv({
  strict: true,
  strictTypes: false,
  strictRequired: false,
  strictTuples: false,
  validateFormats: false,
}).compile(migrationJsonSchema())

function isAccepted(text: string): boolean {
  const { root } = parseYamlTree(text, "001_x.yaml")
  return judge(root === null ? null : yamlToValue(root))
}

describe("the JSON Schema of migrations for editors", () => {
  test.each(["questions", "answered", "by-hand", "empty"])("accepts the draft %s", (name) => {
    expect(isAccepted(readFileSync(new URL(`golden/${name}.yaml`, import.meta.url), "utf8"))).toBe(true)
  })

  test("accepts the example of the documentation", () => {
    const documentation = readFileSync(new URL("../../../docs/migrations.md", import.meta.url), "utf8")
    const examples = [...documentation.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text)

    expect(examples.filter((text) => text.includes("operations:")).map(isAccepted)).not.toContain(false)
  })

  test.each(badMigrations.filter((bad) => bad.structural))("refuses $name", (bad) => {
    expect(isAccepted(readMarked(bad.text).text)).toBe(false)
  })
})
