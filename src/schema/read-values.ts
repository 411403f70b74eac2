import type { YamlList, YamlMap, YamlNode } from "../lib/yaml-tree.ts"
import type { ProblemList } from "./problem-list.ts"
import { didYouMean } from "./problem-list.ts"

/** Reads true or false; anything else is a problem and null. */
export function readBoolean(node: YamlNode, what: string, problems: ProblemList): boolean | null {
  if (node.kind === "scalar" && typeof node.value === "boolean") return node.value
  const word = node.kind === "scalar" ? String(node.value).toLowerCase() : ""
  const meant = ["true", "yes", "on"].includes(word) ? "true" : ["false", "no", "off"].includes(word) ? "false" : null
  const next = meant === null ? "Write true or false." : `Write ${meant}, without quotes.`
  problems.add("OPTION_INVALID", node.at, `${what} must be true or false, not ${shown(node)}.`, next)
  return null
}

/** Reads one of a few words; anything else is a problem and null. */
export function readWord<Word extends string>(
  node: YamlNode,
  words: readonly Word[],
  what: string,
  problems: ProblemList,
): Word | null {
  const value = node.kind === "scalar" ? node.value : null
  const found = words.find((word) => word === value)
  if (found !== undefined) return found
  const next = (): string => didYouMean(String(value ?? ""), words, "Allowed")
  problems.add("OPTION_INVALID", node.at, `${what} cannot be ${shown(node)}.`, next)
  return null
}

/** Reads text; a number or a boolean that should have been quoted is a problem and null. */
export function readText(node: YamlNode, what: string, problems: ProblemList): string | null {
  if (node.kind === "scalar" && typeof node.value === "string") return node.value
  const quotable = node.kind === "scalar" && node.value !== null
  const next = quotable ? `Write "${String(node.value)}" in quotes.` : undefined
  problems.add("OPTION_INVALID", node.at, `${what} must be text, not ${shown(node)}.`, next)
  return null
}

/** Reads a finite number; a quoted one is a problem and null. */
export function readNumber(node: YamlNode, what: string, problems: ProblemList): number | null {
  if (node.kind === "scalar" && typeof node.value === "number" && Number.isFinite(node.value)) return node.value
  problems.add("OPTION_INVALID", node.at, `${what} must be a number, not ${shown(node)}.`)
  return null
}

/** Returns a node that is a map; anything else is a problem and null. */
export function readMap(node: YamlNode, what: string, problems: ProblemList, next?: string): YamlMap | null {
  if (node.kind === "map") return node
  problems.add("WRONG_SHAPE", node.at, `${what} must be a map, not ${shown(node)}.`, next)
  return null
}

/** Returns a node that is a list; anything else is a problem and null. */
export function readList(node: YamlNode, what: string, problems: ProblemList, next?: string): YamlList | null {
  if (node.kind === "list") return node
  problems.add("WRONG_SHAPE", node.at, `${what} must be a list, not ${shown(node)}.`, next)
  return null
}

/** Complains about every key of a map that is not one of the known ones. */
export function checkKeys(map: YamlMap, known: readonly string[], where: string, problems: ProblemList): void {
  for (const entry of map.entries) {
    if (known.includes(entry.key)) continue
    const next = (): string => didYouMean(entry.key, known, "Keys")
    problems.add("UNKNOWN_KEY", entry.keyAt, `${JSON.stringify(entry.key)} is not a key of ${where}.`, next)
  }
}

/** How much of a value a message repeats. */
const shownLengthMax = 60

/** A value as a message shows it. */
export function shown(node: YamlNode): string {
  if (node.kind === "map") return "a map"
  if (node.kind === "list") return "a list"
  if (node.value === null) return "empty"
  const text = typeof node.value === "string" ? JSON.stringify(node.value) : String(node.value)
  return text.length > shownLengthMax ? `${text.slice(0, shownLengthMax)}…` : text
}
