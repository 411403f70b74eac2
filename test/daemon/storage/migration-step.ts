import { expect } from "vitest"

import type { MigrationStep } from "../../../src/daemon/storage/sqlite/migration-steps.ts"
import { parseMigration } from "../../../src/schema/migrations/parse-migration.ts"

/** Makes a step out of the operations of a migration file, as they stand under `operations:`. */
export function stepOf(operations: string): MigrationStep {
  const { migration, problems } = parseMigration({
    file: "migrations/001_change.yaml",
    text: `operations:\n${operations
      .trim()
      .split("\n")
      .map((line) => `  ${line}`)
      .join("\n")}\n`,
  })
  expect(problems).toEqual([])
  const { file, number, name, checksum } = migration!
  return { kind: "apply", file, number, name, checksum, operations: migration!.operations }
}
