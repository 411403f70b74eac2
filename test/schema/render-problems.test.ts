import { describe, expect, test } from "vitest"

import { parseSchema } from "../../src/schema/parse.ts"
import { renderProblems } from "../../src/schema/render-problems.ts"

const text = "collections:\n  posts:\n    fields:\n      body:\n        type: textt\n"

describe("renderProblems", () => {
  test("shows place, message, excerpt with a caret, and the next step", () => {
    const { problems } = parseSchema(text, "schema.yaml")

    expect(renderProblems(problems, text)).toBe(
      `schema.yaml:5:15 TYPE_UNKNOWN Field posts.body has type "textt", which does not exist.
  4 |       body:
  5 |         type: textt
    |               ^^^^^
  Did you mean "text"? Types: uuid, string, text, int, float, bool, timestamp, json, blob.`,
    )
  })

  test("paints the parts", () => {
    const { problems } = parseSchema(text, "schema.yaml")
    const paint = {
      error: (part: string) => `<e>${part}</e>`,
      dim: (part: string) => `<d>${part}</d>`,
      bold: (part: string) => `<b>${part}</b>`,
    }

    expect(renderProblems(problems, text, paint)).toMatch(
      /^<b>schema\.yaml:5:15<\/b> <e>TYPE_UNKNOWN<\/e> Field .*\n<d> {2}4 \|/,
    )
  })

  test("separates problems by an empty line and does without a place", () => {
    const problems = [
      { code: "A", message: "One." },
      { code: "B", message: "Two.", next: "Do it." },
    ]

    expect(renderProblems(problems, "")).toBe("A One.\n\nB Two.\n  Do it.")
  })

  test("lets no escape sequence of the file through to the terminal", () => {
    const hostile = 'collections:\n  posts:\n    fields:\n      a: { type: "\u001B[2J\u0007" }\n'

    const rendered = renderProblems(parseSchema(hostile, "schema.yaml").problems, hostile)

    expect(rendered).toContain("\u{FFFD}[2J")
    expect(rendered).not.toContain("\u001B")
    expect(rendered).not.toContain("\u0007")
  })
})
