import type { Problem } from "../errors.ts"
import { nearestWord } from "../lib/nearest-word.ts"
import type { SourceLocation } from "../lib/source-location.ts"
import type { YamlEntry, YamlList, YamlMap, YamlNode, YamlScalar } from "../lib/yaml-tree.ts"
import { interpolate } from "./interpolate.ts"
import { placedOptions } from "./options.ts"
import { choicesOf, propertyName } from "./options/option.ts"
import type { AnyEntries, Option, OptionMembers } from "./options/option.ts"
import type { Parsed, UnitSuffix, ValueType } from "./options/value-type.ts"

/** A value that alyx.yaml sets. */
export interface FileValue {
  readonly value: unknown
  readonly at: SourceLocation
}

/** What alyx.yaml sets, by the place of the option. */
export interface FileValues {
  readonly values: ReadonlyMap<string, FileValue>
  /** Where each value inside maps and lists of entries stands: `webhooks[0].url`. */
  readonly entryPlaces: ReadonlyMap<string, SourceLocation>
  readonly problems: readonly Problem[]
}

/** What reading alyx.yaml needs from outside. */
export interface FileContext {
  /** The value for `${NAME}`. */
  readonly lookup: (name: string) => string | undefined
  /** True when a flag or a variable sets the option anyway; a missing `${NAME}` does not matter then. */
  readonly isOverridden: (path: string) => boolean
}

/** How many entries a map or a list may have. */
const entryCountMax = 100

/** Reads the tree of alyx.yaml by the declared options; every problem is collected. */
export function readConfigTree(root: YamlNode, options: OptionMembers, context: FileContext): FileValues {
  const reader = new ConfigReader(context)
  if (root.kind === "map") reader.readMembers(root, options, "")
  else if (root.kind !== "scalar" || root.value !== null) {
    reader.report("WRONG_TYPE", "The file must be a map of options, such as `server:`.", root.at)
  }
  return reader
}

class ConfigReader implements FileValues {
  readonly values = new Map<string, FileValue>()
  readonly entryPlaces = new Map<string, SourceLocation>()
  readonly problems: Problem[] = []
  readonly #context: FileContext

  constructor(context: FileContext) {
    this.#context = context
  }

  report(code: string, message: string, at: SourceLocation, next?: string): void {
    this.problems.push({ code, message, at, ...(next === undefined ? {} : { next }) })
  }

  readMembers(map: YamlMap, members: OptionMembers, prefix: string): void {
    for (const { entry, key, node } of this.#known(map, members, prefix)) {
      const path = prefix + key
      switch (node.kind) {
        case "section":
          if (entry.value.kind === "map") this.readMembers(entry.value, node.members, `${path}.`)
          else if (!isNull(entry.value)) this.report("WRONG_TYPE", `${path} must be a map of options.`, entry.value.at)
          break
        case "entries":
          this.#readEntries(entry, node, path)
          break
        case "option": {
          const read = this.#readOption(entry.value, node, path)
          if (read !== null) this.values.set(path, read)
        }
      }
    }
  }

  /** The entries of a map whose keys are declared; the others are reported. */
  *#known(map: YamlMap, members: OptionMembers, prefix: string) {
    const seen = new Set<string>()
    for (const entry of map.entries) {
      const key = declaredKey(members, entry.key)
      if (key === null) {
        const near = nearestOption(entry.key, members, prefix)
        const next = near === undefined ? undefined : `Did you mean "${near}"?`
        this.report("UNKNOWN_OPTION", `There is no option "${prefix}${entry.key}".`, entry.keyAt, next)
      } else if (seen.has(key)) {
        this.report("DUPLICATE_OPTION", `${prefix}${key} is set twice, once as "${entry.key}".`, entry.keyAt)
      } else {
        seen.add(key)
        yield { entry, key, node: members[key]! }
      }
    }
  }

  #readOption(node: YamlNode, option: Option<unknown>, path: string): FileValue | null {
    if (isNull(node)) {
      if (option.default === null && !option.required) return null
      this.report("WRONG_TYPE", `${path} has no value.`, node.at, "Give it one, or remove the line.")
      return null
    }
    const read = this.#readNode(node, option.type, path)
    if (read === null) return null
    if (read.ok) return { value: read.value, at: node.at }
    const near = option.secret || node.kind !== "scalar" ? undefined : nearestChoice(option, node)
    this.report(read.code, `${path} must ${read.must}.`, option.secret ? { ...node.at, length: 0 } : node.at, near)
    return null
  }

  /** Null when the problem was reported already. */
  #readNode(node: YamlNode, type: ValueType<unknown, UnitSuffix, unknown>, path: string): Parsed<unknown> | null {
    if (node.kind === "map") return type.parse({}, "yaml")
    if (node.kind === "list") return type.item ? this.#readItems(node, type, path) : type.parse([], "yaml")
    if (typeof node.value !== "string") return type.parse(node.value, "yaml")
    const { text, used, problems } = interpolate(node.value, this.#context.lookup)
    for (const problem of problems) this.#reportInterpolation(problem, node, path)
    if (problems.length > 0) return null
    return type.parse(text, used ? "text" : "yaml")
  }

  #readItems(list: YamlList, type: ValueType<unknown, UnitSuffix, unknown>, path: string): Parsed<unknown> | null {
    const values: unknown[] = []
    let isWhole = true
    for (const item of list.items) {
      const read = this.#readNode(item, type.item!, path)
      if (read?.ok) values.push(read.value)
      else isWhole = false
      if (read !== null && !read.ok) this.report(read.code, `Each item of ${path} must ${read.must}.`, item.at)
    }
    return isWhole ? type.parse(values, "yaml") : null
  }

  #reportInterpolation(
    problem: ReturnType<typeof interpolate>["problems"][number],
    node: YamlScalar,
    path: string,
  ): void {
    const at = placeInside(node, problem.offset, problem.length)
    if (problem.kind === "malformed") return this.report("INVALID_INTERPOLATION", `${path}: ${problem.detail}`, at)
    if (this.#context.isOverridden(path)) return
    const name = problem.detail
    const next = `Set it in the environment or in .env, or give a default: \${${name}:-value}`
    this.report("MISSING_VARIABLE", `${path} needs the variable ${name}, which is not set.`, at, next)
  }

  #readEntries(entry: YamlEntry, node: AnyEntries, path: string): void {
    const { value } = entry
    if (isNull(value)) return
    if (node.shape === "map" ? value.kind !== "map" : value.kind !== "list") {
      const must = node.shape === "map" ? "a map by name" : "a list, each item beginning with a dash"
      return this.report("WRONG_TYPE", `${path} must be ${must}.`, value.at)
    }
    const places =
      value.kind === "map"
        ? value.entries.map((item) => ({
            place: `${path}.${item.key}`,
            key: item.key,
            keyAt: item.keyAt,
            value: item.value,
          }))
        : (value as YamlList).items.map((item, index) => ({
            place: `${path}[${index}]`,
            key: "",
            keyAt: item.at,
            value: item,
          }))
    if (places.length > entryCountMax) {
      return this.report("OUT_OF_RANGE", `${path} may have at most ${entryCountMax} entries.`, value.at)
    }
    const read: [string, unknown][] = []
    for (const item of places) {
      if (node.shape === "map" && !/^[a-z][a-z0-9_-]{0,62}$/.test(item.key)) {
        this.report("INVALID_VALUE", `${item.place}: a name consists of small letters, digits, - and _.`, item.keyAt)
      } else if (item.value.kind === "map") {
        read.push([item.key, this.#readEntry(item.value, node.members, item.place, item.keyAt)])
      } else {
        this.report("WRONG_TYPE", `${item.place} must be a map of options.`, item.value.at)
      }
    }
    const whole = node.shape === "list" ? read.map(([, one]) => one) : nameless(read)
    this.values.set(path, { value: whole, at: entry.keyAt })
  }

  #readEntry(map: YamlMap, members: OptionMembers, place: string, keyAt: SourceLocation): Record<string, unknown> {
    const result = Object.fromEntries(
      Object.entries(members).map(([key, node]) => [
        propertyName(key, node),
        node.kind === "option" ? node.default : null,
      ]),
    )
    const present = new Set<string>()
    for (const { entry, key, node } of this.#known(map, members, `${place}.`)) {
      present.add(key)
      if (node.kind !== "option") continue
      const read = this.#readOption(entry.value, node, `${place}.${key}`)
      if (read === null) continue
      result[propertyName(key, node)] = read.value
      this.entryPlaces.set(`${place}.${key}`, read.at)
    }
    for (const [key, node] of Object.entries(members)) {
      if (node.kind === "option" && node.required && !present.has(key)) {
        this.report("MISSING_OPTION", `${place} needs ${key}.`, keyAt)
      }
    }
    return result
  }
}

function isNull(node: YamlNode): boolean {
  return node.kind === "scalar" && node.value === null
}

/** The key as declared, when the word is one or another spelling of one. */
function declaredKey(members: OptionMembers, word: string): string | null {
  if (Object.hasOwn(members, word)) return word
  const found = Object.entries(members).find(([, node]) => node.kind === "option" && node.aliases.includes(word))
  return found?.[0] ?? null
}

/** The nearest key at this place, or the option of that name somewhere else: `port` at the top is `server.port`. */
function nearestOption(word: string, members: OptionMembers, prefix: string): string | undefined {
  const here = nearestWord(word, Object.keys(members))
  const elsewhere = placedOptions().find(({ path }) => path.endsWith(`.${word}`))?.path
  if (elsewhere !== undefined && (here === undefined || prefix === "")) return elsewhere
  return here === undefined ? undefined : prefix + here
}

function nearestChoice(option: Option<unknown>, node: YamlScalar): string | undefined {
  const words = choicesOf(option)
  const near = words === null ? undefined : nearestWord(String(node.value), words)
  return near === undefined ? undefined : `Did you mean "${near}"?`
}

/** A part of a scalar; the whole when it was written in a way that moves offsets (escapes, several lines). */
function placeInside(node: YamlScalar, offset: number, length: number): SourceLocation {
  const quotes = node.quoted ? 2 : 0
  if (node.at.length !== String(node.value).length + quotes) return node.at
  return { ...node.at, column: node.at.column + offset + quotes / 2, length }
}

/** An object without a prototype, so that an entry may have any name. */
function nameless(pairs: readonly [string, unknown][]): Record<string, unknown> {
  return Object.assign(Object.create(null) as Record<string, unknown>, Object.fromEntries(pairs))
}
