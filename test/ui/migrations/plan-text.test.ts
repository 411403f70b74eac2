import { describe, expect, test } from "vitest"

import { paintNothing } from "../../../src/ui/paint.ts"
import { renderPlan } from "../../../src/ui/migrations/plan-text.ts"
import { mixedChanges, plannedChange, planOf } from "./plans.ts"

const source = "collections:\n  posts:\n    fields:\n      score: { type: int }\n"
const look = {
  paint: paintNothing,
  columns: 80,
  readText: (file: string) => (file === "schema.yaml" ? source : undefined),
}

describe("what alyx migrate plan prints", () => {
  test("a refused change leads to a migration file", () => {
    const text = renderPlan(planOf(mixedChanges), look)

    expect(text).toContain("✗ ~ posts.score type float → int (refused)")
    expect(text).toMatch(
      /Next: write what is meant into a migration file: alyx migrate create <name>\. Or\nundo the edit/,
    )
  })

  test("a problem with a place shows the line and a caret", () => {
    const problem = {
      code: "UNSAFE_TYPE",
      message: "Values of posts.score may not fit int.",
      at: { file: "schema.yaml", line: 4, column: 22, length: 3 },
    }

    const text = renderPlan(planOf(mixedChanges, { problems: [problem] }), look)

    expect(text).toContain("✗ schema.yaml:4:22 Values of posts.score may not fit int.")
    expect(text.split("Values of posts.score may not fit int.")).toHaveLength(2)
    expect(text).toContain("    |                      ^^^")
  })

  test("a problem that a change has told already is not told twice", () => {
    const problem = { code: "UNSAFE_TYPE", message: "Values of posts.score may not fit int." }

    const text = renderPlan(planOf(mixedChanges, { problems: [problem] }), look)

    expect(text.split("Values of posts.score may not fit int.")).toHaveLength(2)
  })

  test("problems alone say to look again when they are solved", () => {
    const problem = { code: "MIGRATION_CHANGED", message: "migrations/002_x.yaml was changed.", next: "Put it back." }

    const text = renderPlan(planOf([], { problems: [problem] }), look)

    expect(text).toBe(
      "✗ migrations/002_x.yaml was changed.\n  Put it back.\n\nNext: solve the problems above, then look again: alyx migrate plan",
    )
  })

  test("a pending file whose questions are open is where to go on", () => {
    const file = { file: "migrations/001_x.yaml", number: 1, name: "x", description: null, operations: [] }

    const text = renderPlan(planOf(mixedChanges, { files: [file] }), look)

    expect(text).toContain("Next: migrations/001_x.yaml does nothing yet")
    expect(renderPlan(planOf([], { files: [file] }), look)).toContain("Next: migrations/001_x.yaml does nothing yet")
  })

  test("a pending file whose questions are open is named beside changes that are safe by themselves", () => {
    const file = { file: "migrations/001_x.yaml", number: 1, name: "x", description: null, operations: [] }
    const safe = plannedChange({ message: "+ posts.summary (string)" })

    const asked = renderPlan(planOf([...mixedChanges, safe], { files: [file] }), look)
    const alone = renderPlan(planOf([safe], { files: [file] }), look)

    expect(asked).toContain("Next: migrations/001_x.yaml does nothing yet")
    expect(alone).toContain("Next: alyx migrate apply")
  })

  test.each([
    [planOf([]), "No changes.\n\nThe database is as schema.yaml says."],
    [planOf([plannedChange({ message: "+ posts.score (int)" })]), "\n\nNext: alyx migrate apply"],
    [planOf(mixedChanges.slice(0, 2)), "It asks before it begins; where there is no terminal\nit needs --yes."],
  ])("says what to do next", (plan, end) => {
    expect(renderPlan(plan, look).endsWith(end)).toBe(true)
  })
})
