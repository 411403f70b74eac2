import type { JsonValue } from "../schema/schema.ts"
import { configOptions } from "./options.ts"
import type { Option, OptionMembers, OptionNode } from "./options/option.ts"

type JsonSchema = Readonly<Record<string, JsonValue>>

/** What stands for any value: a text with a `${NAME}` in it. */
const interpolated: JsonSchema = { type: "string", pattern: String.raw`\$\{` }

/** The JSON Schema (draft 7, which editors know best) of alyx.yaml. */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "alyx.yaml",
    description: "The configuration of an Alyx project.",
    ...objectSchema(configOptions),
  }
}

function objectSchema(members: OptionMembers): JsonSchema {
  const named = Object.entries(members)
  const required = named.flatMap(([key, node]) => (node.kind === "option" && node.required ? [key] : []))
  return {
    type: ["object", "null"],
    additionalProperties: false,
    properties: Object.fromEntries(named.flatMap(([key, node]) => spellings(key, node))),
    ...(required.length === 0 ? {} : { required }),
  }
}

/** The key itself, and other spellings of it without a description, so that editors offer the key alone. */
function spellings(key: string, node: OptionNode): [string, JsonSchema][] {
  if (node.kind !== "option") return [[key, nodeSchema(node)]]
  const { description: _, ...bare } = nodeSchema(node)
  return [[key, nodeSchema(node)], ...node.aliases.map((alias): [string, JsonSchema] => [alias, bare])]
}

function nodeSchema(node: OptionNode): JsonSchema {
  switch (node.kind) {
    case "section":
      return { description: node.about, ...objectSchema(node.members) }
    case "entries": {
      const entry = { ...objectSchema(node.members), type: "object" }
      return node.shape === "list"
        ? { description: node.about, type: ["array", "null"], items: entry }
        : { description: node.about, type: ["object", "null"], additionalProperties: entry }
    }
    case "option":
      return { description: node.about, ...optionSchema(node) }
  }
}

function optionSchema(option: Option<unknown>): JsonSchema {
  const { item, jsonSchema } = option.type
  const written = item === undefined ? jsonSchema : { ...jsonSchema, items: { anyOf: [item.jsonSchema, interpolated] } }
  const forms: JsonValue[] = [written, interpolated]
  if (option.default === null) return { anyOf: option.required ? forms : [...forms, { type: "null" }] }
  return { default: option.defaultWritten, anyOf: forms }
}
