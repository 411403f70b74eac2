import { isJsonObject } from "../../lib/json-object.ts"
import { parseYamlTree, yamlToValue } from "../../lib/yaml-tree.ts"
import type { YamlList, YamlNode } from "../../lib/yaml-tree.ts"
import { isBatchList, readEntry, seedFormsAdvice } from "./documents-in-value.ts"
import { placeText, seedFileError, seedProblem } from "./seed-document.ts"
import type { SeedDocument } from "./seed-document.ts"

/** Reads the documents of a YAML text, in the same forms as those of JSON. */
export function* readYamlSeed(text: string, file: string): Generator<SeedDocument> {
  const { root, problems } = parseYamlTree(text, file)
  if (problems.length > 0) {
    throw seedFileError(problems.map(({ message, at }) => ({ code: "YAML_SYNTAX", message, at })))
  }
  if (root === null) return
  if (root.kind === "list") return yield* entriesOf(root)
  if (root.kind === "scalar") throw seedProblem("The file holds no documents.", root.at, seedFormsAdvice)
  for (const { key, keyAt, value } of root.entries) {
    if (value.kind === "scalar" && value.value === null) continue
    if (value.kind !== "list") {
      throw seedProblem(`"${key}" must be a list of the documents of ${key}.`, keyAt, seedFormsAdvice)
    }
    const [first] = value.items
    if (first !== undefined && isBatchList(key, yamlToValue(first))) yield* entriesOf(value)
    else for (const item of value.items) yield documentOf(key, item)
  }
}

function* entriesOf(list: YamlList): Generator<SeedDocument> {
  for (const item of list.items) {
    const entry = readEntry(yamlToValue(item))
    if (typeof entry === "string") throw seedProblem(entry, item.at, seedFormsAdvice)
    yield { ...entry, at: placeText(item.at) }
  }
}

function documentOf(collection: string, item: YamlNode): SeedDocument {
  const data = yamlToValue(item)
  if (!isJsonObject(data)) throw seedProblem(`A document of ${collection} must be a map of fields.`, item.at)
  return { collection, data, at: placeText(item.at) }
}
