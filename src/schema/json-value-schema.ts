import { Ajv } from "ajv"
import type { ErrorObject, Options, ValidateFunction } from "ajv"
import { fullFormats } from "ajv-formats/dist/formats.js"
import { Ajv2020 } from "ajv/dist/2020.js"

import type { YamlNode } from "../lib/yaml-tree.ts"
import { yamlToValue } from "../lib/yaml-tree.ts"
import { jsonSchemaLengthMax } from "./limits.ts"
import { isSlowPattern } from "./pattern-speed.ts"
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
  const schema = yamlToValue(node) as JsonValue
  const fault = jsonSchemaFault(schema)
  if (fault === null) return schema
  problems.add("JSON_SCHEMA_INVALID", node.at, `The JSON Schema of ${label} is not valid: ${fault}.`)
  return null
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

/** A schema that points elsewhere cannot be put into the OpenAPI document; YAML anchors repeat a part as well. */
const refusedKeywords = ["$ref", "$dynamicRef", "$recursiveRef", "$id", "id", "$anchor", "$dynamicAnchor", "$async"]

function jsonSchemaFault(schema: JsonValue): string | null {
  if (JSON.stringify(schema).length > jsonSchemaLengthMax) {
    return `it is longer than ${jsonSchemaLengthMax} characters as JSON`
  }
  const refused = findRefusedPart(schema)
  if (refused !== null) return refused
  try {
    compileJsonSchema(schema)
    return null
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replaceAll(/\s+/g, " ").replace(/\.$/, "")
  }
}

/** Looks where keywords stand, not at values: `properties: { id: ... }` is a name, `enum` and `const` are data. */
function findRefusedPart(schema: JsonValue): string | null {
  if (typeof schema !== "object" || schema === null) return null
  if (Array.isArray(schema)) return firstRefused(schema)
  for (const [keyword, value] of Object.entries(schema as { readonly [key: string]: JsonValue })) {
    if (refusedKeywords.includes(keyword))
      return `"${keyword}" is not supported; repeat a part with a YAML anchor instead`
    if (keyword === "pattern" && typeof value === "string" && isValidPattern(value) && isSlowPattern(value)) {
      return `the pattern ${JSON.stringify(value)} would take minutes on some short texts`
    }
    if (keyword === "enum" || keyword === "const" || keyword === "default" || keyword === "examples") continue
    const inner = namedSchemas.includes(keyword) && typeof value === "object" && value !== null
    const refused = inner ? firstRefused(Object.values(value)) : findRefusedPart(value)
    if (refused !== null) return refused
  }
  return null
}

/** An invalid pattern is left to Ajv, which says what is wrong with it. */
function isValidPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, "u") instanceof RegExp
  } catch {
    return false
  }
}

const namedSchemas = ["properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "dependencies"]

function firstRefused(schemas: readonly JsonValue[]): string | null {
  for (const schema of schemas) {
    const refused = findRefusedPart(schema)
    if (refused !== null) return refused
  }
  return null
}

const ajvOptions: Options = {
  strict: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  validateFormats: true,
  addUsedSchema: false,
  logger: false,
  formats: fullFormats,
}

/** Compiles a JSON Schema: draft 7 when `$schema` says so, else 2020-12. Throws when it is not valid. */
export function compileJsonSchema(schema: JsonValue, options: Options = {}): ValidateFunction {
  const settings = { ...ajvOptions, ...options }
  const ajv = isDraft7(schema) ? new Ajv(settings) : new Ajv2020(settings)
  return ajv.compile(schema as object)
}

function isDraft7(schema: JsonValue): boolean {
  if (typeof schema !== "object" || schema === null || Array.isArray(schema)) return false
  const dialect = (schema as { readonly [key: string]: JsonValue })["$schema"]
  return typeof dialect === "string" && dialect.includes("draft-07")
}

/** One complaint of Ajv as the end of a sentence after the field's name. */
export function jsonSchemaFaultSentence(error: ErrorObject): string {
  const where = error.instancePath === "" ? "" : `at ${error.instancePath} `
  return `${where}${error.message ?? "does not satisfy its JSON Schema"}`
}
