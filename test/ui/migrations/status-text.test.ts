import { describe, expect, test } from "vitest"

import type { AppliedMigration, MigrationsResponse } from "../../../src/protocol/migrations-api.ts"
import { paintColours, paintNothing } from "../../../src/ui/paint.ts"
import { renderMigrationStatus } from "../../../src/ui/migrations/status-text.ts"
import { widthOf } from "../../../src/ui/wrap-text.ts"

const look = { paint: paintNothing, columns: 80, readText: () => undefined }

describe("what alyx migrate status prints", () => {
  test("the history, what waits and what to do", () => {
    const text = renderMigrationStatus(
      statusOf({
        applied: [
          applied({ id: 1, kind: "schema", name: "+ posts (3 fields)" }),
          applied({ id: 2, number: 2, name: "rename_title", rolledBackAt: "2026-11-21T15:00:00" }),
          applied({ id: 13, kind: "rollback", name: "rename_title" }),
        ],
        pending: [
          {
            file: "migrations/003_drop_summary.yaml",
            number: 3,
            name: "drop_summary",
            description: "Nobody wrote any.",
            operations: ["- posts.summary"],
          },
        ],
      }),
      look,
    )

    expect(`\n${text}\n`).toMatchInlineSnapshot(`
      "
      Applied
        id  file  name                kind      when
         1        + posts (3 fields)  schema    2026-11-21 14:02
         2   002  rename_title        file      2026-11-21 14:02  rolled back
        13        rename_title        rollback  2026-11-21 14:02

      Pending
        migrations/003_drop_summary.yaml
          Nobody wrote any.
            - posts.summary

      Next: alyx migrate plan shows what 1 pending file would do, alyx migrate apply does it.
      "
    `)
  })

  test("problems come with what solves them, and leave no other step", () => {
    const text = renderMigrationStatus(
      statusOf({
        problems: [
          {
            code: "MIGRATION_COLLISION",
            message: "Two files have number 3: 003_a.yaml and 003_b.yaml.",
            next: "Give one the number 4.",
          },
        ],
        notices: ["migrations/002_late.yaml comes after 003 was applied."],
      }),
      look,
    )

    expect(text).toContain("Problems\n✗ Two files have number 3: 003_a.yaml and 003_b.yaml.\n  Give one the number 4.")
    expect(text).toContain("! migrations/002_late.yaml comes after 003 was applied.")
    expect(text).not.toContain("Next:")
  })

  test("a long history is cut, and no line is wider than the terminal", () => {
    const many = Array.from({ length: 1_000 }, (_, index) => applied({ id: index + 1, name: "x".repeat(200) }))

    const text = renderMigrationStatus(statusOf({ applied: many }), { ...look, paint: paintColours })

    expect(text).toContain("… and 980 before; --json lists them")
    expect(Math.max(...text.split("\n").map(widthOf))).toBeLessThanOrEqual(80)
  })

  test("a database without a history says so", () => {
    expect(renderMigrationStatus(statusOf({}), look)).toBe(
      "Nothing was applied to this database yet.\n\nNo files are pending.",
    )
  })
})

function statusOf(status: Partial<MigrationsResponse>): MigrationsResponse {
  return { applied: [], pending: [], problems: [], notices: [], ...status }
}

/** The times have no zone, so that they are shown as they are. */
function applied(migration: Partial<AppliedMigration>): AppliedMigration {
  return {
    id: 1,
    kind: "file",
    number: null,
    name: "",
    changes: [],
    appliedAt: "2026-11-21T14:02:11",
    rolledBackAt: null,
    ...migration,
  }
}
