import type { SourceLocation } from "../lib/source-location.ts"
import type { YamlMap, YamlNode } from "../lib/yaml-tree.ts"
import { yamlEntry } from "../lib/yaml-tree.ts"
import { checkName } from "./names.ts"
import type { ProblemList } from "./problem-list.ts"
import { shown } from "./read-values.ts"

/** A part of the file that has a name, whichever notation it was written in. */
export interface NamedPart {
  readonly name: string
  readonly at: SourceLocation
  readonly value: YamlNode
}

/** Reads `{ name: value }` and `[{ name, ... }]` alike, and refuses names that are invalid or taken. */
export function namedParts(node: YamlNode, kind: "collection" | "field", problems: ProblemList): NamedPart[] {
  const parts = node.kind === "map" ? partsOfMap(node, kind, problems) : partsOfList(node, kind, problems)
  const firstByName = new Map<string, NamedPart>()
  const kept: NamedPart[] = []
  for (const part of parts) {
    if (!checkName(kind, part.name, part.at, problems)) continue
    // SQLite does not tell upper from lower case in names.
    const first = firstByName.get(part.name.toLowerCase())
    if (first === undefined) {
      firstByName.set(part.name.toLowerCase(), part)
      kept.push(part)
    } else {
      problems.add("NAME_TAKEN", part.at, takenMessage(kind, part, first), "Give one of them another name.")
    }
  }
  return kept
}

function takenMessage(kind: string, part: NamedPart, first: NamedPart): string {
  const where = `on line ${first.at.line}`
  if (part.name === first.name) return `There are two ${kind}s named ${part.name}; the first is ${where}.`
  return `The ${kind}s ${first.name} (${where}) and ${part.name} differ only in case, which SQLite does not see.`
}

function partsOfMap(map: YamlMap, kind: string, problems: ProblemList): NamedPart[] {
  return map.entries.map(({ key, keyAt, value }) => {
    const name = value.kind === "map" ? yamlEntry(value, "name") : undefined
    if (name !== undefined) {
      const message = `The ${kind} ${key} has its name before the colon already.`
      problems.add("OPTION_TWICE", name.keyAt, message, `Remove "name", or write the ${kind}s as a list.`)
    }
    return { name: key, at: keyAt, value }
  })
}

function partsOfList(node: YamlNode, kind: string, problems: ProblemList): NamedPart[] {
  if (node.kind !== "list") {
    problems.add("WRONG_SHAPE", node.at, `${kind}s must be a map or a list, not ${shown(node)}.`)
    return []
  }
  const parts: NamedPart[] = []
  for (const item of node.items) {
    const name = item.kind === "map" ? yamlEntry(item, "name") : undefined
    if (name !== undefined && name.value.kind === "scalar" && typeof name.value.value === "string") {
      parts.push({ name: name.value.value, at: name.value.at, value: item })
    } else {
      const message =
        name === undefined
          ? `This ${kind} has no name.`
          : `The name of a ${kind} must be text, not ${shown(name.value)}.`
      problems.add(
        "NAME_MISSING",
        name?.value.at ?? item.at,
        message,
        `Write "- name: ..." for every ${kind} of a list.`,
      )
    }
  }
  return parts
}
