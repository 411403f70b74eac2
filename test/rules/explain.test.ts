import { describe, expect, test } from "vitest"

import type { ExplainedRule } from "../../src/rules/rules.ts"
import { authOf, contextOf, plainPost, readRule } from "./rule-fixture.ts"

const someone = contextOf(authOf({ id: "u1", role: "user" }), null)

function explained(rule: string): ExplainedRule {
  return readRule(rule).explain(someone, { doc: plainPost })
}

/** The tree as lines: the text of each part, with what it came to. */
function lines({ text, value, error, parts }: ExplainedRule, indent = ""): readonly string[] {
  const outcome = value === undefined ? (error === undefined ? "not reached" : `error: ${error}`) : value
  return [`${indent}${text} → ${outcome}`, ...parts.flatMap((part) => lines(part, `${indent}  `))]
}

describe("explain", () => {
  test("gives the value of every part, and leaves out what was not needed", () => {
    expect(lines(explained("doc.published || auth.role in ['moderator', 'admin']"))).toEqual([
      "doc.published || auth.role in ['moderator', 'admin'] → true",
      "  doc.published → true",
      "  auth.role in ['moderator', 'admin'] → not reached",
    ])
    expect(lines(explained("doc.likes == null ? doc.views > 5 : doc.likes > 5"))).toEqual([
      "doc.likes == null ? doc.views > 5 : doc.likes > 5 → false",
      "  doc.likes == null → true",
      "    doc.likes → null",
      "  doc.views > 5 → false",
      "    doc.views → 3",
      "  doc.likes > 5 → not reached",
    ])
  })

  test("says an error where it happened, and what became of it", () => {
    expect(lines(explained("auth.metadata.plan == 'pro' || doc.views == 3"))).toEqual([
      "auth.metadata.plan == 'pro' || doc.views == 3 → true",
      "  auth.metadata.plan == 'pro' → error: There is no key \"plan\".",
      '    auth.metadata.plan → error: There is no key "plan".',
      "  doc.views == 3 → true",
      "    doc.views → 3",
    ])
    expect(explained("doc.likes > 1").error).toBe("There is no order between null and int.")
  })

  test("shows values as CEL writes them, and cuts long ones", () => {
    const shown = (part: string): string | undefined => explained(`${part} == null`).parts[0]?.value

    expect(shown("doc.edited")).toBe("null")
    expect(lines(explained("doc.created < request.time"))).toEqual([
      "doc.created < request.time → true",
      '  doc.created → timestamp("2026-01-01T00:00:00.000Z")',
      '  request.time → timestamp("2026-03-01T12:00:00.000Z")',
    ])
    expect(lines(explained("doc.price > 1.0")).at(-1)).toBe("  doc.price → 1.5")
    expect(lines(explained("'a' in doc.tags")).at(-1)).toBe('  doc.tags → ["a", "b"]')
    const long = readRule("doc.title == ''").explain(someone, { doc: { ...plainPost, title: "x".repeat(5000) } })
    expect(long.parts[0]!.value!.length).toBeLessThan(220)
  })

  test("a macro shows its list", () => {
    expect(lines(explained("doc.tags.exists(tag, tag == auth.id)"))).toEqual([
      "doc.tags.exists(tag, tag == auth.id) → false",
      '  doc.tags → ["a", "b"]',
    ])
  })

  test("parts keep their text when comments and lines stand between them", () => {
    expect(lines(explained("// whoever wrote it\ndoc.owner_id ==\n  auth.id"))).toEqual([
      "doc.owner_id ==\n  auth.id → true",
      '  doc.owner_id → "u1"',
      '  auth.id → "u1"',
    ])
  })
})
