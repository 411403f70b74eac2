import type { YamlEntry, YamlNode } from "../../lib/yaml-tree.ts"
import { enumValueCountMax } from "../limits.ts"
import { patternAdvice, patternFault } from "../linear-pattern.ts"
import type { ProblemList } from "../problem-list.ts"
import { checkKeys, readBoolean, readList, readMap, readNumber, readText, readWord, shown } from "../read-values.ts"
import { stringFormats } from "../schema.ts"
import type { ConstraintChanges } from "./migration.ts"

/** What set_constraints may set, in the words of schema.yaml. */
export const constraintNames = [
  "unique",
  "minLength",
  "maxLength",
  "min",
  "max",
  "format",
  "pattern",
  "enum",
] as const satisfies readonly (keyof ConstraintChanges)[]

type ConstraintName = (typeof constraintNames)[number]

type ConstraintValue = ConstraintChanges[ConstraintName]

/** Reads `set:`; null takes a constraint away. What the field's type makes of it is judged when it is applied. */
export function readConstraints(node: YamlNode, problems: ProblemList): ConstraintChanges | null {
  const map = readMap(node, "set of set_constraints", problems, "Write set: { maxLength: 80 }.")
  if (map === null) return null
  checkKeys(map, constraintNames, "set of set_constraints", problems)
  if (map.entries.length === 0) {
    problems.add("KEY_MISSING", map.at, "set of set_constraints names no constraint.", "Write set: { maxLength: 80 }.")
  }
  const known = map.entries.filter((entry) => (constraintNames as readonly string[]).includes(entry.key))
  return Object.fromEntries(known.map((entry) => [entry.key, readConstraint(entry, problems)]))
}

function readConstraint({ key, value }: YamlEntry, problems: ProblemList): ConstraintValue {
  const name = key as ConstraintName
  if (value.kind === "scalar" && value.value === null) return name === "unique" ? false : null
  switch (name) {
    case "unique":
      return readBoolean(value, "unique", problems) ?? false
    case "minLength":
    case "maxLength":
      return readLength(name, value, problems)
    case "min":
    case "max":
      return readNumber(value, name, problems)
    case "format":
      return readWord(value, stringFormats, "format", problems)
    case "pattern":
      return readPattern(value, problems)
    case "enum":
      return readEnum(value, problems)
  }
}

function readLength(name: string, node: YamlNode, problems: ProblemList): number | null {
  const value = readNumber(node, name, problems)
  if (value === null || (Number.isSafeInteger(value) && value >= 0)) return value
  problems.add("OPTION_INVALID", node.at, `${name} must be a whole number of at least 0, not ${value}.`)
  return null
}

function readPattern(node: YamlNode, problems: ProblemList): string | null {
  const pattern = readText(node, "pattern", problems)
  const fault = pattern === null ? null : patternFault(pattern)
  if (fault !== null) problems.add("PATTERN_INVALID", node.at, `The pattern cannot be used: ${fault}.`, patternAdvice)
  return pattern
}

function readEnum(node: YamlNode, problems: ProblemList): readonly (string | number)[] | null {
  const list = readList(node, "enum", problems, "Write enum: [draft, published].")
  if (list === null) return null
  if (list.items.length === 0 || list.items.length > enumValueCountMax) {
    const message = `enum has ${list.items.length} values; it must have 1 to ${enumValueCountMax}.`
    problems.add("ENUM_INVALID", node.at, message)
  }
  const values: (string | number)[] = []
  for (const item of list.items) {
    const value = item.kind === "scalar" ? item.value : null
    if (typeof value === "string" || typeof value === "number") values.push(value)
    else problems.add("ENUM_INVALID", item.at, `${shown(item)} cannot be in an enum: it must be text or a number.`)
  }
  return values
}
