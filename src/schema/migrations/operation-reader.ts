import type { SourceLocation } from "../../lib/source-location.ts"
import type { YamlMap, YamlNode } from "../../lib/yaml-tree.ts"
import { yamlEntry, yamlToValue } from "../../lib/yaml-tree.ts"
import { checkName } from "../names.ts"
import type { ProblemList } from "../problem-list.ts"
import { readBoolean, readText } from "../read-values.ts"
import type { JsonValue } from "../schema.ts"
import type { Fill } from "./migration.ts"

/** Reads the keys of one operation. What is missing or wrong becomes a problem, and the value is a stand-in. */
export class OperationReader {
  readonly #type: string
  readonly #map: YamlMap
  readonly #problems: ProblemList
  /** Where the operation says what it is. */
  readonly at: SourceLocation

  constructor(parts: {
    readonly type: string
    readonly map: YamlMap
    readonly at: SourceLocation
    readonly problems: ProblemList
  }) {
    this.#type = parts.type
    this.#map = parts.map
    this.#problems = parts.problems
    this.at = parts.at
  }

  node(key: string): YamlNode | undefined {
    return yamlEntry(this.#map, key)?.value
  }

  /** A key that must be there. */
  required(key: string, example: string): YamlNode | null {
    const node = this.node(key)
    if (node !== undefined) return node
    this.#problems.add("KEY_MISSING", this.at, `This ${this.#type} has no ${key}.`, `Add ${key}: ${example}.`)
    return null
  }

  /** A name that is there already when the operation is reached. */
  name(key: string, example: string): string {
    const node = this.required(key, example)
    return node === null ? "" : (readText(node, `${key} of ${this.#type}`, this.#problems) ?? "")
  }

  /** A name that the operation gives. */
  newName(key: string, kind: "collection" | "field", example: string): string {
    const name = this.name(key, example)
    if (name !== "") checkName(kind, name, this.node(key)!.at, this.#problems)
    return name
  }

  boolean(key: string, example: string): boolean {
    const node = this.required(key, example)
    return node !== null && readBoolean(node, `${key} of ${this.#type}`, this.#problems) === true
  }

  /** SQL that may be left out; written and empty it is a problem. */
  sql(key: string): string | null {
    const node = this.node(key)
    if (node === undefined) return null
    const text = readText(node, `${key} of ${this.#type}`, this.#problems)
    if (text !== null && isOnlyComments(text)) {
      this.#problems.add(
        "SQL_EMPTY",
        node.at,
        `${key} of ${this.#type} holds no SQL.`,
        "Write some, or remove the key.",
      )
    }
    return text?.trim() ?? null
  }

  /** `fill` is one value for all, `fill_sql` an expression over the row. */
  fill(): Fill | null {
    const value = this.node("fill")
    const expression = this.sql("fill_sql")
    if (value !== undefined && expression !== null) {
      const message = `This ${this.#type} has both fill and fill_sql.`
      this.#problems.add("KEYS_CONTRADICT", this.node("fill_sql")!.at, message, "Keep one of them.")
    }
    if (value !== undefined) return { kind: "value", value: yamlToValue(value) as JsonValue }
    return expression === null ? null : { kind: "sql", expression }
  }
}

/** Tells whether SQL consists of white space and comments alone. */
export function isOnlyComments(sql: string): boolean {
  return sql.replaceAll(/--[^\n]*|\/\*.*?(?:\*\/|$)/gs, "").replaceAll(/[\s;]/g, "") === ""
}
