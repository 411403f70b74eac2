import { plainField } from "../schema/plain-field.ts"
import type { Collection, Rule } from "../schema/schema.ts"
import { judgeRule } from "./check-rule.ts"
import { compileNode } from "./compile-rules.ts"
import type { RuleProblem } from "./rule-problem.ts"
import type { CompiledRule } from "./rules.ts"

/** What became of a rule that knows who asks and how, and no document. */
export interface CompiledAccessRule {
  /** Null when there are problems. Evaluated with an empty document. */
  readonly rule: CompiledRule | null
  readonly problems: readonly RuleProblem[]
}

/** Checks and compiles a rule over `auth` and `request` alone. Never throws for what it says. */
export function compileAccessRule(rule: Rule): CompiledAccessRule {
  const { node, problems } = judgeRule(rule, nothing, { collection: nothing.name, operation: "call", field: null })
  return { rule: node === null ? null : compileNode(rule, node, nothing), problems }
}

/** Rules are checked against a collection; here is none. */
const nothing: Collection = Object.freeze({
  name: "the function",
  fields: new Map(),
  primaryKey: { ...plainField, name: "id", type: "string" as const },
  indexes: [],
  rules: { create: null, read: null, update: null, delete: null },
  readInMemory: false,
  at: null,
})
