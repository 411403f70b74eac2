import { alyxError } from "../../errors.ts"
import type { CompiledReadRule } from "../../rules/rules.ts"
import type { Caller } from "../caller.ts"
import type { CollectionPlan } from "./collection-plan.ts"

/**
 * Refuses to follow what changes without a write: read rules that look at the time. Rules that are not SQL judge one
 * document after the other, and could not be kept within a turn.
 */
export function requireLiveRules(plans: readonly CollectionPlan[], caller: Caller): void {
  if (caller.isAdmin) return
  for (const { collection, rules } of plans) {
    requireLiveRule(rules.read, `The read rule of ${collection.name}`)
    for (const [name, { read }] of rules.fields) requireLiveRule(read, `The read rule of ${collection.name}.${name}`)
  }
}

function requireLiveRule(rule: CompiledReadRule | null, name: string): void {
  if (rule === null) return
  if (rule.mentions.request.some((path) => path === "" || path === "time")) {
    throw alyxError("RULE_NOT_LIVE", {
      message: `${name} depends on request.time, so what it allows changes without any write.`,
      next: "Ask with GET again, or write the rule without request.time.",
    })
  }
  if (!rule.isSql) {
    throw alyxError("RULE_NOT_LIVE", {
      message: `${name} is judged in memory (read_in_memory), so it cannot be followed live.`,
      next: "Ask with GET again, or write the rule so that it becomes SQL.",
    })
  }
}
