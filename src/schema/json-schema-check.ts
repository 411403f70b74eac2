import { Ajv } from "ajv"
import type { ErrorObject } from "ajv"
import { Ajv2020 } from "ajv/dist/2020.js"

import type { YamlMap, YamlNode } from "../lib/yaml-tree.ts"
import { yamlEntry, yamlToValue } from "../lib/yaml-tree.ts"
import { ajvOptions, compileJsonSchema, isDraft7 } from "./json-schema-compile.ts"
import { plainKeywords, schemaKeywords, schemaMapKeywords } from "./json-schema-keywords.ts"
import { jsonSchemaLengthMax } from "./limits.ts"
import { patternAdvice, patternFault } from "./linear-pattern.ts"
import type { ProblemList } from "./problem-list.ts"
import { didYouMean } from "./problem-list.ts"
import { shown } from "./read-values.ts"
import type { JsonValue } from "./schema.ts"

/** Checks the JSON Schema of a json field, pointing at the very words that are wrong; true when it may be used. */
export function checkJsonSchema(label: string, node: YamlMap, problems: ProblemList): boolean {
  const schema = yamlToValue(node) as JsonValue
  const report: Report = (place, fault, next) => {
    problems.add("JSON_SCHEMA_INVALID", place, `The JSON Schema of ${label} is not valid: ${fault}.`, next)
    return false
  }
  if (JSON.stringify(schema).length > jsonSchemaLengthMax) {
    return report(node.at, `it is longer than ${jsonSchemaLengthMax} characters as JSON`)
  }
  if (!checkKeywords(node, report)) return false
  const judge = isDraft7(schema) ? draft7 : draft2020
  if (judge.validateSchema(schema as object) !== true) return reportFirst(node, judge.errors?.[0], report)
  try {
    compileJsonSchema(schema)
    return true
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return report(
      node.at,
      message
        .replaceAll(/\s+/g, " ")
        .replace(/^strict mode: | ignored in schema at path.*/g, "")
        .replace(/\.$/, ""),
    )
  }
}

/** Adds a problem and returns false. */
type Report = (place: YamlNode["at"], fault: string, next?: string) => false

/** They only judge schemas by the schema of the dialect, which each compiles at its first use and then keeps. */
const draft7 = new Ajv(ajvOptions)
const draft2020 = new Ajv2020(ajvOptions)

/** A schema that points elsewhere cannot be put into the OpenAPI document. */
const pointers = ["$ref", "$dynamicRef", "$recursiveRef", "$id", "id", "$anchor", "$dynamicAnchor", "$recursiveAnchor"]

const allKeywords = [...plainKeywords, ...schemaKeywords, ...schemaMapKeywords]

/** Checks the keywords of a schema and of the schemas inside it; the depth is bounded by that of the YAML tree. */
function checkKeywords(node: YamlNode, report: Report): boolean {
  if (node.kind === "list") return node.items.map((item) => checkKeywords(item, report)).every(Boolean)
  if (node.kind !== "map") return true
  return node.entries
    .map(({ key, keyAt, value }) => {
      if (pointers.includes(key)) {
        return report(
          keyAt,
          `${key} is not supported`,
          "Repeat a part with a YAML anchor: &name where it stands, *name where it is used.",
        )
      }
      if (!allKeywords.includes(key)) {
        return report(keyAt, `${JSON.stringify(key)} is not a keyword`, didYouMean(key, allKeywords, "Keywords"))
      }
      if (key === "pattern") return value.kind !== "scalar" || checkPattern(value.value, value.at, report)
      if (schemaKeywords.includes(key)) return checkKeywords(value, report)
      if (!schemaMapKeywords.includes(key) || value.kind !== "map") return true
      // The list in `dependencies: { a: [b] }` holds names, which checkKeywords passes over.
      return value.entries
        .map((entry) => {
          const isUsable = key !== "patternProperties" || checkPattern(entry.key, entry.keyAt, report)
          return checkKeywords(entry.value, report) && isUsable
        })
        .every(Boolean)
    })
    .every(Boolean)
}

function checkPattern(pattern: unknown, place: YamlNode["at"], report: Report): boolean {
  const fault = typeof pattern === "string" ? patternFault(pattern) : null
  return fault === null || report(place, `the pattern cannot be used: ${fault}`, patternAdvice)
}

function reportFirst(root: YamlMap, error: ErrorObject | undefined, report: Report): false {
  const path = (error?.instancePath ?? "").split("/").slice(1)
  const place = findNode(root, path)
  const subject = path.at(-1) ?? "it"
  const { allowedValues } = (error?.params ?? {}) as { readonly allowedValues?: readonly string[] }
  if (allowedValues === undefined) return report(place.at, `${subject} ${error?.message ?? "is wrong"}`)
  const word = place.kind === "scalar" ? String(place.value) : ""
  return report(place.at, `${subject} cannot be ${shown(place)}`, didYouMean(word, allowedValues, "Allowed"))
}

/** Follows a JSON pointer as far as it leads. */
function findNode(root: YamlNode, path: readonly string[]): YamlNode {
  let node = root
  for (const part of path) {
    const name = part.replaceAll("~1", "/").replaceAll("~0", "~")
    const inner =
      node.kind === "map" ? yamlEntry(node, name)?.value : node.kind === "list" ? node.items[Number(name)] : undefined
    if (inner === undefined) return node
    node = inner
  }
  return node
}
