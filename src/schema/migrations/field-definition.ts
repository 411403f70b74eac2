import type { SourceLocation } from "../../lib/source-location.ts"
import type { YamlMap, YamlNode } from "../../lib/yaml-tree.ts"
import { yamlToValue } from "../../lib/yaml-tree.ts"
import { parseFields } from "../parse-fields.ts"
import { plainField } from "../plain-field.ts"
import { ProblemList } from "../problem-list.ts"
import { readField } from "../read-field.ts"
import type { Field, FieldDefault, JsonValue } from "../schema.ts"

type JsonMap = { readonly [key: string]: JsonValue }

/** The words that are keywords as a default, unless they stand in quotes. */
const keywords = ["auto", "now"]

/** Reads a field as schema.yaml writes it, with the places of the file. Null when there are problems. */
export function readFieldDefinition(
  parts: { readonly collection: string; readonly field: string; readonly at: SourceLocation; readonly node: YamlNode },
  problems: ProblemList,
): Field | null {
  const own = new ProblemList()
  const map: YamlMap = {
    kind: "map",
    entries: [{ key: parts.field, keyAt: parts.at, value: parts.node }],
    at: parts.at,
  }
  const [draft] = parseFields(parts.collection, map, own)
  const field = draft === undefined ? null : readField(parts.collection, draft, own)
  for (const { code, message, next, at } of own.sorted()) {
    problems.add(code as Parameters<ProblemList["add"]>[0], at ?? parts.at, message, next)
  }
  return own.isEmpty ? field : null
}

/**
 * The definition as a plain value. In JSON nothing is quoted: a word that the quotes keep from being a keyword
 * becomes `{ literal: word }`.
 */
export function definitionValue(node: YamlNode): JsonValue {
  const value = yamlToValue(node) as JsonValue
  if (node.kind !== "map") return value
  const given = node.entries.find((entry) => entry.key === "default")?.value
  const isWord = given?.kind === "scalar" && given.quoted && keywords.includes(String(given.value))
  return isWord && isText((value as JsonMap)["type"])
    ? { ...(value as JsonMap), default: { literal: given.value } }
    : value
}

/** The same the other way: a definition as a node, every part of it at one place. */
export function definitionNode(definition: JsonValue, at: SourceLocation): YamlNode {
  const node = nodeOf(definition, at)
  if (node.kind !== "map" || !isText((definition as JsonMap)["type"])) return node
  return {
    ...node,
    entries: node.entries.map((entry) => {
      const literal = entry.key === "default" && entry.value.kind === "map" ? entry.value.entries[0] : undefined
      if (literal?.key !== "literal" || literal.value.kind !== "scalar") return entry
      return { ...entry, value: { ...literal.value, quoted: true } }
    }),
  }
}

function isText(type: JsonValue | undefined): boolean {
  return type === "string" || type === "text"
}

function nodeOf(value: JsonValue, at: SourceLocation): YamlNode {
  if (Array.isArray(value)) return { kind: "list", items: value.map((item) => nodeOf(item as JsonValue, at)), at }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value as JsonMap)
    return { kind: "map", entries: entries.map(([key, inner]) => ({ key, keyAt: at, value: nodeOf(inner, at) })), at }
  }
  return { kind: "scalar", value, quoted: false, at }
}

/** Writes a field as the definition that it could have been read from; what has its usual value is left out. */
export function fieldDefinition(field: Field): JsonMap {
  const { name: _, at: _at, type, updatedToNow, references, jsonSchema, rules, default: given, ...plain } = field
  const options = Object.entries(plain).filter(([key, value]) => value !== plainField[key as keyof typeof plainField])
  const read = rules.read === null ? {} : { read: rules.read.expression }
  const write = rules.write === null ? {} : { write: rules.write.expression }
  return {
    type,
    ...(Object.fromEntries(options) as JsonMap),
    ...(given !== null && { default: defaultDefinition(field, given) }),
    ...(references !== null && { references: `${references.collection}.${references.field}` }),
    ...(references !== null && references.onDelete !== "restrict" && { onDelete: references.onDelete }),
    ...(updatedToNow && { onUpdate: "now" }),
    ...(jsonSchema !== null && { schema: jsonSchema }),
    ...((rules.read !== null || rules.write !== null) && { rules: { ...read, ...write } }),
  }
}

function defaultDefinition(field: Field, given: FieldDefault): JsonValue {
  if (given.kind !== "literal") return given.kind
  const isWord = isText(field.type) && typeof given.value === "string" && keywords.includes(given.value)
  return isWord && field.enum?.includes(given.value) !== true ? { literal: given.value } : given.value
}
