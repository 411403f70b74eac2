import type { YamlNode } from "../lib/yaml-tree.ts"
import { yamlToValue } from "../lib/yaml-tree.ts"
import { checkJsonSchema } from "./json-schema-check.ts"
import type { ProblemList } from "./problem-list.ts"
import { didYouMean } from "./problem-list.ts"
import { shown } from "./read-values.ts"
import type { FieldType, JsonValue } from "./schema.ts"
import { fieldTypes } from "./schema.ts"

/** Reads `items:` of a json field: the JSON Schema of an array of them, or null when it is not valid. */
export function readItems(label: string, node: YamlNode, problems: ProblemList): JsonValue | null {
  const items = node.kind === "scalar" ? itemsOfType(label, node, problems) : readJsonSchema(label, node, problems)
  return items === null ? null : { type: "array", items }
}

/** Reads `schema:` of a json field: a JSON Schema that stands alone, or null when it is not valid. */
export function readJsonSchema(label: string, node: YamlNode, problems: ProblemList): JsonValue | null {
  if (node.kind !== "map") {
    const message = `The JSON Schema of ${label} must be a map, not ${shown(node)}.`
    problems.add("JSON_SCHEMA_INVALID", node.at, message, "Write schema: { type: object, properties: { ... } }.")
    return null
  }
  return checkJsonSchema(label, node, problems) ? (yamlToValue(node) as JsonValue) : null
}

/** What `items: <type>` means as JSON Schema; types without an entry cannot be items. */
const itemSchemas: Partial<Record<FieldType, JsonValue>> = {
  uuid: { type: "string", format: "uuid" },
  string: { type: "string" },
  text: { type: "string" },
  int: { type: "integer" },
  float: { type: "number" },
  bool: { type: "boolean" },
  timestamp: { type: "string", format: "date-time" },
  json: {},
}

function itemsOfType(label: string, node: YamlNode, problems: ProblemList): JsonValue | null {
  const word = node.kind === "scalar" ? String(node.value) : ""
  const type = fieldTypes.find((candidate) => candidate === word)
  const schema = type === undefined ? undefined : itemSchemas[type]
  if (schema !== undefined) return schema
  const next = didYouMean(word, Object.keys(itemSchemas), "Types")
  problems.add("OPTION_INVALID", node.at, `items of ${label} cannot be ${shown(node)}.`, next)
  return null
}
