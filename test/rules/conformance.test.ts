import { describe, expect, test } from "vitest"

import { checkRules } from "../../src/rules/check-rules.ts"
import { rulesOf } from "../../src/rules/compile-rules.ts"
import { celVectors } from "./cel-vectors.ts"
import { authOf, contextOf, plainPost, postsWith } from "./rule-fixture.ts"

const { vectors, skippedCount } = celVectors()

/** What a rule that says the vector came to. */
function outcomeOf(expression: string): string {
  const schema = postsWith("create", expression)
  const [problem] = checkRules(schema).problems
  if (problem !== undefined) return problem.code
  const rule = rulesOf(schema).get("posts")!.create!
  const context = contextOf(authOf({}))
  if (rule.holds(context, { doc: plainPost })) return "holds"
  return rule.explain(context, { doc: plainPost }).error === undefined ? "does not hold" : "error"
}

function isRefused(outcome: string): boolean {
  return outcome.startsWith("RULE_")
}

describe("the vectors of cel-spec", () => {
  const outcomes = vectors.map((vector) => ({ ...vector, outcome: outcomeOf(vector.rule) }))

  test("come out as the specification says, or are refused when the schema loads", () => {
    const wrong = outcomes.filter(({ outcome, expects }) => !isRefused(outcome) && outcome !== expects)

    expect(wrong).toEqual([])
  })

  test("are refused only where this list says so", async () => {
    const refused = outcomes.filter(({ outcome }) => isRefused(outcome))
    const lines = refused.map(({ outcome, name, rule }) => `${outcome} ${name}: ${JSON.stringify(rule)}`)

    await expect(`${lines.join("\n")}\n`).toMatchFileSnapshot("refused-vectors.txt")
  })

  test("are many", () => {
    const passed = outcomes.filter(({ outcome }) => !isRefused(outcome))

    process.stdout.write(
      `${vectors.length} vectors: ${passed.length} as specified, the rest refused; ${skippedCount} not sayable\n`,
    )
    expect(passed.length).toBeGreaterThanOrEqual(580)
  })
})
