import type { YamlEntry, YamlNode } from "../lib/yaml-tree.ts"
import { yamlEntry } from "../lib/yaml-tree.ts"
import type { CollectionDraft } from "./drafts.ts"
import { ruleLengthMax } from "./limits.ts"
import type { ProblemList } from "./problem-list.ts"
import { checkKeys, readMap, shown } from "./read-values.ts"
import type { Field, Rule } from "./schema.ts"
import { ruleOperations } from "./schema.ts"

/** Reads `rules:` of a collection. Whether the CEL is right is for rules/ to say. */
export function parseCollectionRules(
  collection: string,
  entry: YamlEntry | undefined,
  problems: ProblemList,
): CollectionDraft["rules"] {
  const rule = ruleReader(entry?.value, ruleOperations, `the rules of ${collection}`, problems)
  return { create: rule("create"), read: rule("read"), update: rule("update"), delete: rule("delete") }
}

/** Reads `rules:` of a field. */
export function parseFieldRules(field: string, node: YamlNode | undefined, problems: ProblemList): Field["rules"] {
  const rule = ruleReader(node, ["read", "write"], `the rules of ${field}`, problems)
  return { read: rule("read"), write: rule("write") }
}

function ruleReader<Operation extends string>(
  node: YamlNode | undefined,
  operations: readonly Operation[],
  where: string,
  problems: ProblemList,
): (operation: Operation) => Rule | null {
  const map = node === undefined ? null : readMap(node, where, problems)
  if (map !== null) checkKeys(map, operations, where, problems)
  return (operation) => {
    const entry = map === null ? undefined : yamlEntry(map, operation)
    return entry === undefined ? null : readRule(entry.value, `${operation} in ${where}`, problems)
  }
}

function readRule(node: YamlNode, what: string, problems: ProblemList): Rule | null {
  const value = node.kind === "scalar" ? node.value : null
  if (typeof value === "boolean") return { expression: String(value), at: node.at }
  if (typeof value !== "string" || value.trim() === "") {
    problems.add("OPTION_INVALID", node.at, `${what} must be a rule in CEL, true or false, not ${shown(node)}.`)
    return null
  }
  if (value.length > ruleLengthMax) {
    problems.add("OPTION_INVALID", node.at, `${what} is longer than ${ruleLengthMax} characters.`)
    return null
  }
  return { expression: value.trim(), at: node.at }
}
