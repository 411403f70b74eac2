import { describe, expect, test } from "vitest"

import { paintColours, paintNothing } from "../../../src/ui/paint.ts"
import { planLines } from "../../../src/ui/migrations/plan-lines.ts"
import { widthOf } from "../../../src/ui/wrap-text.ts"
import { mixedChanges, plannedChange, planOf } from "./plans.ts"

const plain = { paint: paintNothing }

describe("planLines", () => {
  test("shows each change under its file, with what it costs, what mentions it and why", () => {
    const lines = planLines(planOf(mixedChanges), plain, { columns: 80, rows: Infinity })

    expect(`\n${lines.join("\n")}\n`).toMatchInlineSnapshot(`
      "
      3 changes: 1 safe, 1 lossy, 1 refused · a backup is written first

      migrations/002_rename_title.yaml
        ✓ posts.title → posts.headline
            1,204 documents, copies the table, about 310 ms
            Mentioned by read rule of posts, index by_title of posts.
        ! - posts.summary (lossy)
            800 documents, copies the table, about 210 ms
            The summaries of 800 documents are lost.
      schema.yaml
        ✗ ~ posts.score type float → int (refused)
            an unknown number of documents, copies the table, for an unknown time
            Values of posts.score may not fit int.
            Restore type: float, or change it with a migration: alyx migrate create
            change_score
      "
    `)
  })

  test("says the time when nothing is refused", () => {
    const lines = planLines(planOf(mixedChanges.slice(0, 2)), plain, { columns: 80, rows: Infinity })

    expect(lines[0]).toBe("2 changes: 1 safe, 1 lossy · about 520 ms · a backup is written first")
  })

  test("does not say a time for SQL of a person", () => {
    const change = plannedChange({ message: "sql", rowCount: null, work: "scan", file: "migrations/001_a.yaml" })

    const lines = planLines(planOf([change]), plain, { columns: 80, rows: Infinity })

    expect(lines[0]).toBe("1 change: 1 safe · for an unknown time")
  })

  test("says that there is nothing to do", () => {
    expect(planLines(planOf([]), plain, { columns: 80, rows: 10 })).toEqual(["No changes."])
  })

  test.each([20, 40, 60, 100])("is never wider than %d columns", (columns) => {
    const long = plannedChange({ message: `+ posts.${"x".repeat(120)} (int)`, reason: "y".repeat(200) })

    const lines = planLines(planOf([...mixedChanges, long]), { paint: paintColours }, { columns, rows: Infinity })

    expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns)
  })

  test.each([1, 2, 3, 6, 9, 20])("is never higher than %d rows", (rows) => {
    const lines = planLines(planOf(mixedChanges), plain, { columns: 80, rows })

    expect(lines.length).toBeLessThanOrEqual(rows)
    expect(lines[0]).toContain("3 changes")
  })

  test("leaves out the details before it leaves out changes, and shows the refused ones first then", () => {
    const short = planLines(planOf(mixedChanges), plain, { columns: 80, rows: 8 })
    const shorter = planLines(planOf(mixedChanges), plain, { columns: 80, rows: 4 })

    expect(short.join("\n")).toContain("posts.headline")
    expect(short.join("\n")).not.toContain("Mentioned")
    expect(shorter[2]).toContain("posts.score")
    expect(shorter.at(-1)).toBe("… 3 more lines: alyx migrate plan shows all")
  })

  test("a reason does not say again what the change is", () => {
    const change = plannedChange({ message: "- posts.title", safety: "refused", reason: "- posts.title: Values go." })

    const lines = planLines(planOf([change]), plain, { columns: 80, rows: Infinity })

    expect(lines.at(-1)).toBe("      Values go.")
  })

  test("a name cannot move the cursor", () => {
    const evil = plannedChange({ message: "+ posts.\u001B[2J" })

    const lines = planLines(planOf([evil]), plain, { columns: 80, rows: Infinity })

    expect(lines.join("\n")).toContain("\\e[2J")
    expect(lines.join("\n")).not.toContain("\u001B")
  })
})
