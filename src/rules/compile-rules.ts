import type { Collection, Rule, Schema } from "../schema/schema.ts"
import { judgeRule } from "./check-rule.ts"
import { compilePart } from "./evaluator.ts"
import { explainRule } from "./explain.ts"
import { noContext, RuleFrame } from "./frame.ts"
import { mentionsOf } from "./mentions.ts"
import type { Narrowing } from "./narrow.ts"
import { narrowingOf } from "./narrow.ts"
import type { CollectionRules, CompiledReadRule, CompiledRule, FieldRules, RuleMentions, RulePlace } from "./rules.ts"
import type { RuleNode } from "./syntax.ts"
import { Untranslatable } from "./to-sql.ts"

const compiled = new WeakMap<Schema, ReadonlyMap<string, CollectionRules>>()

/** The rules of a schema, compiled once. A rule that is wrong refuses everybody; checkRules says why. */
export function rulesOf(schema: Schema): ReadonlyMap<string, CollectionRules> {
  const known = compiled.get(schema)
  if (known !== undefined) return known
  const rules = new Map([...schema.collections.values()].map((each) => [each.name, collectionRules(each)]))
  compiled.set(schema, rules)
  return rules
}

function collectionRules(collection: Collection): CollectionRules {
  const { name, rules } = collection
  const of = (operation: "create" | "update" | "delete"): CompiledRule | null => {
    return compileRule(rules[operation], collection, { collection: name, operation, field: null })
  }
  return {
    read: compileReadRule(rules.read, collection, { collection: name, operation: "read", field: null }),
    create: of("create"),
    update: of("update"),
    delete: of("delete"),
    fields: new Map(
      [...collection.fields.values()]
        .filter((field) => field.rules.read !== null || field.rules.write !== null)
        .map((field) => [field.name, fieldRules(collection, field.name, field.rules)]),
    ),
  }
}

function fieldRules(
  collection: Collection,
  field: string,
  rules: { readonly read: Rule | null; readonly write: Rule | null },
): FieldRules {
  const place = { collection: collection.name, field }
  return {
    read: compileReadRule(rules.read, collection, { ...place, operation: "read" }),
    write: compileRule(rules.write, collection, { ...place, operation: "write" }),
  }
}

function compileRule(rule: Rule | null, collection: Collection, place: RulePlace): CompiledRule | null {
  if (rule === null) return null
  const { node } = judgeRule(rule, collection, place)
  return node === null ? refusal(rule) : compileNode(rule, node, collection)
}

function compileReadRule(rule: Rule | null, collection: Collection, place: RulePlace): CompiledReadRule | null {
  if (rule === null) return null
  const { node } = judgeRule(rule, collection, place)
  if (node === null) return { ...refusal(rule), isSql: true, narrow: () => "none" }
  const plain = compileNode(rule, node, collection)
  const narrowing: Narrowing | Untranslatable = narrowingOf(node, collection, plain.mentions)
  if (narrowing instanceof Untranslatable) return { ...plain, isSql: false, narrow: () => "none" }
  return { ...plain, isSql: true, narrow: narrowing.narrow }
}

/** Makes a rule of what judgeRule found to be right. */
export function compileNode(rule: Rule, node: RuleNode, collection: Collection): CompiledRule {
  const mentions = mentionsOf(node)
  const evaluate = compilePart(node, { collection, elements: [] })
  const isConstant = Object.values(mentions).every((paths: readonly string[]) => paths.length === 0)
  return {
    rule,
    mentions,
    constant: isConstant ? evaluate(new RuleFrame(noContext, null)) === true : null,
    holds: (context, documents, work) => {
      const frame = new RuleFrame(context, documents)
      try {
        return evaluate(frame) === true
      } catch {
        // A json column that is no JSON, or a value nested so deep that the stack ends: an error, which refuses.
        return false
      } finally {
        if (work !== undefined) work.spent += frame.spent
      }
    },
    explain: (context, documents) => explainRule({ node, collection, expression: rule.expression }, context, documents),
  }
}

const noMentions: RuleMentions = { auth: [], request: [], doc: [], new: [] }

function refusal(rule: Rule): CompiledRule {
  return {
    rule,
    mentions: noMentions,
    constant: false,
    holds: () => false,
    explain: () => ({
      text: rule.expression,
      error: "This rule has a problem, so that it refuses everybody.",
      parts: [],
    }),
  }
}
