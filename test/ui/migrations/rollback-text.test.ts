import { expect, test } from "vitest"

import { paintNothing } from "../../../src/ui/paint.ts"
import { renderMigrated } from "../../../src/ui/migrations/result-text.ts"
import { renderRollbackPlan } from "../../../src/ui/migrations/rollback-text.ts"
import { plannedChange } from "./plans.ts"

const look = { paint: paintNothing, columns: 80, readText: () => undefined }

test("a rollback shows the files, what it does, and what cannot be undone", () => {
  const text = renderRollbackPlan(
    {
      hash: "0".repeat(64),
      files: ["migrations/002_rename_title.yaml"],
      changes: [plannedChange({ message: "posts.headline → posts.title", rowCount: 3 })],
      problems: [{ code: "IRREVERSIBLE", message: "The sql of 002 has no down." }],
    },
    look,
  )

  expect(text).toBe(
    [
      "Rolls back 1 file\n  migrations/002_rename_title.yaml",
      "  ✓ posts.headline → posts.title\n      3 documents, instant",
      "✗ The sql of 002 has no down.",
    ].join("\n\n"),
  )
})

test("what was done comes with its duration and its backup", () => {
  const done = {
    files: ["migrations/002_rename_title.yaml"],
    changes: ["posts.title → posts.headline", "- posts.summary"],
    backup: "/srv/blog/.alyx/backups/2026.db",
    durationMs: 1530,
  }

  expect(renderMigrated("Applied", done, look, "/srv/blog")).toBe(
    [
      "✓ Applied 1 file with 2 changes in 1.53 s.",
      "  migrations/002_rename_title.yaml",
      "    posts.title → posts.headline",
      "    - posts.summary",
      "The database as it was before: .alyx/backups/2026.db",
    ].join("\n"),
  )
  expect(renderMigrated("Applied", done, look, "/home/ada")).toContain("before: /srv/blog/.alyx/backups/2026.db")
})
