import type { Problem } from "../../errors.ts"
import { nearestWord } from "../../lib/nearest-word.ts"
import type { SourceLocation } from "../../lib/source-location.ts"
import type { YamlMap, YamlNode, YamlScalar } from "../../lib/yaml-tree.ts"
import { interpolate } from "../../project/interpolate.ts"
import type { CasesShape, ListShape, MapShape, Members, Shape, TextsShape, ValueShape } from "./shape.ts"

/** A value as read, with the place where it stands. Inside are plain values, in the words of the file. */
export interface ReadValue {
  readonly value: unknown
  readonly at: SourceLocation
}

/** How many items a list or a map of texts may have. */
const itemCountMax = 200

/** Reads parts of a manifest by their shapes, and gathers everything that is wrong. */
export class ShapeReader {
  readonly problems: Problem[] = []
  readonly #lookup: (name: string) => string | undefined

  constructor(lookup: (name: string) => string | undefined) {
    this.#lookup = lookup
  }

  report(code: string, message: string, at: SourceLocation, next?: string): void {
    this.problems.push({ code, message, at, ...(next === undefined || next === "" ? {} : { next }) })
  }

  /** The members of a map that are written and right. */
  readMembers(node: YamlMap, members: Members, path: string): Map<string, ReadValue> {
    const read = new Map<string, ReadValue>()
    for (const entry of node.entries) {
      const shape = Object.hasOwn(members, entry.key) ? members[entry.key] : undefined
      if (shape === undefined) {
        this.#reportUnknown(entry.key, entry.keyAt, members, path)
        continue
      }
      const value = this.#read(entry.value, shape, path + entry.key)
      if (value !== undefined) read.set(entry.key, { value, at: entry.value.at })
    }
    for (const [key, shape] of Object.entries(members)) {
      if (shape.required !== true || node.entries.some((entry) => entry.key === key)) continue
      this.report("MISSING_KEY", `${path.replace(/\.$/, "")} needs ${key}.`, node.at, shape.about)
    }
    return read
  }

  #reportUnknown(key: string, at: SourceLocation, members: Members, path: string): void {
    const keys = Object.keys(members)
    const near = nearestWord(key, keys)
    const next = near === undefined ? `Here are: ${keys.join(", ")}.` : `Did you mean "${near}"?`
    this.report("UNKNOWN_KEY", `There is no key "${path}${key}".`, at, next)
  }

  /** Undefined when it is wrong, which has been reported, or empty. */
  #read(node: YamlNode, shape: Shape, path: string): unknown {
    if (node.kind === "scalar" && node.value === null && shape.kind !== "json") {
      this.report("WRONG_TYPE", `${path} has no value.`, node.at, "Give it one, or remove the line.")
      return undefined
    }
    switch (shape.kind) {
      case "value":
        return this.#readValue(node, shape, path)
      case "map":
        return this.#readMap(node, shape, path)
      case "list":
        return this.#readList(node, shape, path)
      case "texts":
        return this.#readTexts(node, shape, path)
      case "json":
        return this.#readJson(node, path)
      case "cases":
        return this.#readCases(node, shape, path)
    }
  }

  #readValue(node: YamlNode, { type, secret }: ValueShape, path: string): unknown {
    const at = secret === true ? { ...node.at, length: 0 } : node.at
    const read = node.kind === "scalar" ? this.#parse(node, type, path) : type.parse({}, "yaml")
    if (read === null) return undefined
    // Hooks and schedules keep the words of the file: `5s` says its unit.
    if (read.ok) return type.suffix !== "" && path.includes("[") ? type.toText(read.value) : read.value
    const words = type.jsonSchema["enum"]
    const near =
      Array.isArray(words) && node.kind === "scalar" ? nearestWord(String(node.value), words.map(String)) : undefined
    this.report(read.code, `${path} must ${read.must}.`, at, near === undefined ? undefined : `Did you mean "${near}"?`)
    return undefined
  }

  #parse(node: YamlScalar, type: ValueShape["type"], path: string): ReturnType<ValueShape["type"]["parse"]> | null {
    if (typeof node.value !== "string") return type.parse(node.value, "yaml")
    const put = this.#interpolate(node, path)
    return put === null ? null : type.parse(put.text, put.used ? "text" : "yaml")
  }

  /** A text with its variables; null when one is missing, which has been reported. */
  #interpolate(node: YamlScalar, path: string): { readonly text: string; readonly used: boolean } | null {
    const { text, used, problems } = interpolate(String(node.value), this.#lookup)
    for (const { kind, detail, offset, length } of problems) {
      const quotes = node.quoted ? 2 : 0
      const isPlain = node.at.length === String(node.value).length + quotes
      const at = isPlain ? { ...node.at, column: node.at.column + offset + quotes / 2, length } : node.at
      if (kind === "malformed") this.report("INVALID_INTERPOLATION", `${path}: ${detail}`, at)
      else {
        const next = `Set it in the environment or in .env, or give a default: \${${detail}:-value}`
        this.report("MISSING_VARIABLE", `${path} needs the variable ${detail}, which is not set.`, at, next)
      }
    }
    return problems.length > 0 ? null : { text, used }
  }

  #readMap(node: YamlNode, shape: MapShape, path: string): unknown {
    if (node.kind === "map") return whole(this.readMembers(node, shape.members, `${path}.`), shape.members)
    if (shape.short === undefined || node.kind === "list") {
      this.report("WRONG_TYPE", `${path} must be a map.`, node.at, `Keys: ${Object.keys(shape.members).join(", ")}.`)
      return undefined
    }
    const only = this.#read(node, shape.members[shape.short]!, path)
    return only === undefined ? undefined : { [shape.short]: only }
  }

  #readList(node: YamlNode, { item }: ListShape, path: string): unknown {
    const items = node.kind === "list" ? node.items : [node]
    if (items.length > itemCountMax) {
      this.report("OUT_OF_RANGE", `${path} may have at most ${itemCountMax} items.`, node.at)
      return undefined
    }
    // A wrong item leaves a hole, so that the others keep their places.
    return items.map((each, index) => this.#read(each, item, node.kind === "list" ? `${path}[${index}]` : path))
  }

  #readTexts(node: YamlNode, { namePattern }: TextsShape, path: string): unknown {
    if (node.kind !== "map") {
      this.report("WRONG_TYPE", `${path} must be a map of names and texts.`, node.at)
      return undefined
    }
    const texts: Record<string, string> = {}
    for (const { key, keyAt, value } of node.entries) {
      if (!namePattern.test(key)) {
        this.report(
          "INVALID_VALUE",
          `${path}.${key}: a name holds letters, digits and _, and does not begin with a digit.`,
          keyAt,
        )
      } else if (value.kind !== "scalar" || value.value === null) {
        this.report("WRONG_TYPE", `${path}.${key} must be text.`, { ...value.at, length: 0 })
      } else {
        const put = this.#interpolate(value, `${path}.${key}`)
        if (put !== null) texts[key] = put.text
      }
    }
    return texts
  }

  #readJson(node: YamlNode, path: string): unknown {
    if (node.kind === "list") return node.items.map((item, index) => this.#readJson(item, `${path}[${index}]`))
    if (node.kind === "map") {
      return Object.fromEntries(node.entries.map(({ key, value }) => [key, this.#readJson(value, `${path}.${key}`)]))
    }
    if (typeof node.value !== "string") return node.value
    return this.#interpolate(node, path)?.text ?? ""
  }

  #readCases(node: YamlNode, { by, cases }: CasesShape, path: string): unknown {
    const words = Object.keys(cases)
    if (node.kind !== "map") {
      this.report("WRONG_TYPE", `${path} must be a map that begins with ${by}: ${words.join(", ")}.`, node.at)
      return undefined
    }
    const entry = node.entries.find(({ key }) => key === by)
    if (entry === undefined) {
      this.report("MISSING_KEY", `${path} needs ${by}: one of ${words.join(", ")}.`, node.at)
      return undefined
    }
    const word = entry.value.kind === "scalar" ? String(entry.value.value) : ""
    const members = Object.hasOwn(cases, word) ? cases[word]! : null
    if (members === null) {
      const near = nearestWord(word, words)
      const next = near === undefined ? undefined : `Did you mean "${near}"?`
      this.report("INVALID_VALUE", `${path}.${by} must be one of ${words.join(", ")}.`, entry.value.at, next)
      return undefined
    }
    const rest = { ...node, entries: node.entries.filter(({ key }) => key !== by) }
    const read = whole(this.readMembers(rest, members, `${path}.`), members)
    return read === undefined ? undefined : { [by]: word, ...read }
  }
}

/** The values alone; undefined when one that is required is missing or wrong, which has been reported. */
function whole(read: ReadonlyMap<string, ReadValue>, members: Members): Record<string, unknown> | undefined {
  if (Object.entries(members).some(([key, { required }]) => required === true && !read.has(key))) return undefined
  return Object.fromEntries([...read].map(([key, { value }]) => [key, value]))
}
