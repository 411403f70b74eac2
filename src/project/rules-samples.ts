import path from "node:path"

import type { Problem } from "../errors.ts"
import { nearestWord } from "../lib/nearest-word.ts"
import type { YamlEntry, YamlMap, YamlNode } from "../lib/yaml-tree.ts"
import { parseYamlTree, yamlToValue } from "../lib/yaml-tree.ts"
import type { MatrixSamples, SampleCaller, SampleDocument } from "../rules/matrix-samples.ts"
import { sampleCountMax } from "../rules/matrix-samples.ts"
import type { RuleAuth } from "../rules/rules.ts"
import { anonymousAuth } from "../rules/rules.ts"
import { storedValue } from "../schema/fields/field-types.ts"
import type { Collection, JsonValue, Schema } from "../schema/schema.ts"
import { readText } from "./read-text.ts"

/** The samples that a project writes down for `alyx rules matrix`. */
export const samplesFileName = "rules.samples.yaml"

const bytesMax = 1024 * 1024

/** The samples of a project, or what is wrong with its file. */
export interface LoadedSamples {
  readonly samples: MatrixSamples
  readonly problems: readonly Problem[]
  readonly text: string
}

/**
 * Reads rules.samples.yaml: `callers` take the place of the derived ones, and the documents of a collection those of
 * that collection. Without the file, the derived samples are it.
 */
export function loadSamples(root: string, schema: Schema, derived: MatrixSamples): LoadedSamples {
  const file = readText({ path: path.join(root, samplesFileName), name: samplesFileName, bytesMax })
  if (file.kind === "missing") return { samples: derived, problems: [], text: "" }
  if (file.kind === "unreadable") return { samples: derived, problems: [file.problem], text: "" }
  const tree = parseYamlTree(file.text, samplesFileName)
  const problems: Problem[] = tree.problems.map(({ message, at }) => ({ code: "YAML_SYNTAX", message, at }))
  const reader = new SamplesReader(schema, problems)
  const samples = tree.root === null ? derived : reader.read(tree.root, derived)
  return { samples, problems, text: file.text }
}

class SamplesReader {
  readonly #schema: Schema
  readonly #problems: Problem[]

  constructor(schema: Schema, problems: Problem[]) {
    this.#schema = schema
    this.#problems = problems
  }

  read(root: YamlNode, derived: MatrixSamples): MatrixSamples {
    const map = this.#map(root, "The file")
    if (map === null) return derived
    let callers = derived.callers
    const documents = new Map(derived.documents)
    for (const entry of map.entries) {
      if (entry.key === "callers") callers = this.#callers(entry.value)
      else if (entry.key === "documents") this.#documents(entry.value, documents)
      else this.#unknown(entry, ["callers", "documents"], "The file has no")
    }
    return { callers, documents }
  }

  #callers(node: YamlNode): SampleCaller[] {
    const entries = this.#map(node, "callers")?.entries ?? []
    const named = entries.map(({ key, value }) => ({ name: key, auth: this.#auth(value, key) }))
    return [{ name: "anonymous", auth: anonymousAuth }, ...named.filter(({ name }) => name !== "anonymous")]
  }

  #auth(node: YamlNode, name: string): RuleAuth {
    const values: Record<string, unknown> = {}
    for (const entry of this.#map(node, `The caller ${name}`)?.entries ?? []) {
      const check = authMembers[entry.key as keyof typeof authMembers]
      const value = yamlToValue(entry.value)
      if (check === undefined) this.#unknown(entry, Object.keys(authMembers), "A caller has no")
      else if (!check.fits(value)) this.#add(entry.value, `${entry.key} of the caller ${name} must be ${check.words}.`)
      else values[entry.key] = value
    }
    if (values["id"] === undefined) this.#add(node, `The caller ${name} needs an id.`)
    return { ...anonymousAuth, role: "user", ...values }
  }

  #documents(node: YamlNode, documents: Map<string, readonly SampleDocument[]>): void {
    for (const entry of this.#map(node, "documents")?.entries ?? []) {
      const collection = this.#schema.collections.get(entry.key)
      if (collection === undefined) {
        this.#unknown(entry, [...this.#schema.collections.keys()], "There is no collection")
        continue
      }
      const samples = this.#map(entry.value, `The documents of ${entry.key}`)?.entries ?? []
      if (samples.length > sampleCountMax)
        this.#add(entry.value, `${entry.key} has ${samples.length} samples; at most ${sampleCountMax} are shown.`)
      documents.set(
        entry.key,
        samples.slice(0, sampleCountMax).map((sample) => this.#document(collection, sample)),
      )
    }
  }

  #document(collection: Collection, { key, value }: YamlEntry): SampleDocument {
    const fields: Record<string, JsonValue> = {}
    for (const entry of this.#map(value, `The sample ${key}`)?.entries ?? []) {
      const field = collection.fields.get(entry.key)
      const plain = yamlToValue(entry.value) as JsonValue
      if (field === undefined) this.#unknown(entry, [...collection.fields.keys()], `${collection.name} has no field`)
      else if (plain !== null && storedValue(field, plain) === undefined)
        this.#add(
          entry.value,
          `The value does not fit ${field.name} of ${collection.name}, which is of type ${field.type}.`,
        )
      else fields[entry.key] = plain
    }
    return { name: key, needsAccount: false, fieldsFor: () => fields }
  }

  #map(node: YamlNode, what: string): YamlMap | null {
    if (node.kind === "map") return node
    this.#add(node, `${what} must be a map of names.`)
    return null
  }

  #unknown({ key, keyAt }: YamlEntry, words: readonly string[], sentence: string): void {
    const near = nearestWord(key, words)
    this.#problems.push({
      code: "UNKNOWN_NAME",
      message: `${sentence} ${key}.`,
      next: near === undefined ? `There are: ${words.join(", ")}.` : `Did you mean ${near}?`,
      at: keyAt,
    })
  }

  #add(node: YamlNode, message: string): void {
    this.#problems.push({ code: "WRONG_VALUE", message, at: node.at })
  }
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== ""

const authMembers = {
  id: { fits: isText, words: "a text" },
  email: { fits: isText, words: "a text" },
  role: { fits: isText, words: "a text" },
  verified: { fits: (value: unknown) => typeof value === "boolean", words: "true or false" },
  metadata: {
    fits: (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value),
    words: "a map",
  },
} as const
