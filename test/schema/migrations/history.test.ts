import { describe, expect, test } from "vitest"

import type { AppliedFile } from "../../../src/schema/migrations/history.ts"
import { compareHistory } from "../../../src/schema/migrations/history.ts"
import type { Migration } from "../../../src/schema/migrations/migration.ts"
import { parseMigration } from "../../../src/schema/migrations/parse-migration.ts"

/** A file that drops the collection of its own name, or another one. */
function file(number: number, name: string, collection = name): Migration {
  const text = `operations:\n  - { type: drop_collection, collection: ${collection} }\n`
  const { migration } = parseMigration({ file: `migrations/${String(number).padStart(3, "0")}_${name}.yaml`, text })
  if (migration === null) throw new Error("the file is not valid")
  return migration
}

function entry({ number, name, checksum }: Migration, rolledBackAt: string | null = null): AppliedFile {
  return { number, name, checksum, rolledBackAt }
}

function filesOf(migrations: readonly Migration[]): readonly string[] {
  return migrations.map((migration) => migration.file)
}

describe("compareHistory", () => {
  test("files that were not applied, and those that were rolled back, are pending in order", () => {
    const [a, b, c] = [file(1, "a"), file(2, "b"), file(10, "c")]

    const { pending, problems, notices } = compareHistory([c, b, a], [entry(a), entry(b, "2026-01-01T00:00:00.000Z")])

    expect(filesOf(pending)).toEqual(["migrations/002_b.yaml", "migrations/010_c.yaml"])
    expect([problems, notices]).toEqual([[], []])
  })

  test("a file that was applied, rolled back and applied again is applied", () => {
    const a = file(1, "a")

    expect(compareHistory([a], [entry(a, "2026-01-01T00:00:00.000Z"), entry(a)]).pending).toEqual([])
  })

  test("two pending files of one number: the second one is told the next free number", () => {
    const { pending, problems } = compareHistory([file(4, "b"), file(4, "a"), file(4, "c"), file(6, "d")], [])

    expect(pending).toHaveLength(4)
    expect(problems).toEqual([
      {
        code: "MIGRATION_NUMBER_TAKEN",
        message: "migrations/004_b.yaml has the number 4, and so has migrations/004_a.yaml.",
        next: "Give it the next free number: git mv migrations/004_b.yaml migrations/007_b.yaml (or mv), and write version: 7 in it where it has a version.",
        at: { file: "migrations/004_b.yaml", line: 1, column: 1, length: 1 },
      },
      expect.objectContaining({ next: expect.stringContaining("migrations/008_c.yaml") as string }),
    ])
  })

  test("a pending file whose number an applied one has is told the same", () => {
    const [a, b] = [file(4, "a"), file(4, "b")]

    const { pending, problems } = compareHistory([a, b], [entry(b)])

    expect(filesOf(pending)).toEqual(["migrations/004_a.yaml"])
    expect(problems).toMatchObject([
      {
        code: "MIGRATION_NUMBER_TAKEN",
        message: "migrations/004_a.yaml has the number 4, and so has 004_b.yaml, which is applied.",
        next: expect.stringContaining("git mv migrations/004_a.yaml migrations/005_a.yaml") as string,
      },
    ])
  })

  test("a file that was changed after it was applied stands in the way", () => {
    const { pending, problems } = compareHistory([file(1, "a", "other")], [entry(file(1, "a"))])

    expect(pending).toEqual([])
    expect(problems).toMatchObject([{ code: "MIGRATION_CHANGED", at: { file: "migrations/001_a.yaml" } }])
  })

  test("an applied file that is missing, and one that comes late, are said and stand in nobody's way", () => {
    const { pending, problems, notices } = compareHistory(
      [file(2, "late")],
      [entry(file(1, "gone")), entry(file(3, "c"))],
    )

    expect(filesOf(pending)).toEqual(["migrations/002_late.yaml"])
    expect(problems).toEqual([])
    expect(notices).toEqual([
      expect.stringContaining("001_gone.yaml was applied, and its file is missing"),
      expect.stringContaining("003_c.yaml was applied, and its file is missing"),
      expect.stringContaining("migrations/002_late.yaml comes late: 003_c.yaml was applied before it"),
    ])
  })

  test("a file that was renumbered counts as applied, and gives its number up", () => {
    const { pending, problems, notices, renumbered } = compareHistory(
      [file(3, "theirs"), file(4, "ours")],
      [entry(file(3, "ours"))],
    )

    expect(filesOf(pending)).toEqual(["migrations/003_theirs.yaml"])
    expect(problems).toEqual([])
    expect(notices).toEqual([expect.stringContaining("comes late") as string])
    expect(renumbered).toEqual([{ file: "migrations/004_ours.yaml", name: "ours", from: 3, to: 4 }])
  })
})
