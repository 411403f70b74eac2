import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"

import { operationDescriptions } from "../../../src/schema/migrations/migration-json-schema.ts"
import { migrationKeys, parseMigration } from "../../../src/schema/migrations/parse-migration.ts"
import { operationKeys, operationTypes } from "../../../src/schema/migrations/parse-operation.ts"
import { migrationProblemCodes } from "../../../src/schema/migrations/problem-codes.ts"
import { constraintNames } from "../../../src/schema/migrations/read-constraints.ts"

const documentation = readFileSync(new URL("../../../docs/migrations.md", import.meta.url), "utf8")

describe("docs/migrations.md", () => {
  const words = [...migrationKeys, ...Object.values(operationKeys).flat(), ...constraintNames, ...migrationProblemCodes]

  test.each([...new Set<string>([...operationTypes, ...words])])("explains %s", (word) => {
    expect(documentation).toContain(`\`${word}\``)
  })

  test.each(operationTypes)("says of %s what editors say", (type) => {
    expect(documentation).toContain(`| ${operationDescriptions[type]} |`)
  })

  test("has examples that are valid", () => {
    const examples = [...documentation.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""]) => text)
    const problems = examples.map((text) => {
      const number = /^version: (\d+)$/m.exec(text)?.[1] ?? "1"
      const name = /^name: (\w+)$/m.exec(text)?.[1] ?? "example"
      return parseMigration({ file: `migrations/${number.padStart(3, "0")}_${name}.yaml`, text }).problems
    })

    expect(problems.length).toBeGreaterThan(2)
    expect(problems.flat()).toEqual([])
  })
})
