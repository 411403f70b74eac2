import { yamlToValue } from "../lib/yaml-tree.ts"
import type { FieldDraft } from "./drafts.ts"
import { suggestedType } from "./field-options.ts"
import { readDefault } from "./read-default.ts"
import { readItems, readJsonSchema } from "./json-value-schema.ts"
import { enumValueCountMax } from "./limits.ts"
import { patternAdvice, patternFault } from "./linear-pattern.ts"
import { OptionReader } from "./option-reader.ts"
import { parseFieldRules } from "./parse-rules.ts"
import type { ProblemList } from "./problem-list.ts"
import { didYouMean } from "./problem-list.ts"
import { readReference } from "./read-reference.ts"
import { readList, shown } from "./read-values.ts"
import type { Field, FieldType, JsonValue } from "./schema.ts"
import { fieldTypes, stringFormats } from "./schema.ts"
import { compileFieldReader } from "./field-reader.ts"

/** Understands one field by itself, without the rest of the schema; null when not even its type is known. */
export function readField(collection: string, draft: FieldDraft, problems: ProblemList): Field | null {
  const label = `${collection}.${draft.name}`
  const type = readType(label, draft, problems)
  if (type === null) return null
  const options = new OptionReader({ label, type, draft, problems })
  const primary = options.boolean("primary") ?? false
  const nullable = readNullable(label, primary, options, problems)
  const constraints = readConstraints(label, type, options, problems)
  const field: Field = {
    name: draft.name,
    type,
    primary,
    unique: options.boolean("unique") ?? false,
    nullable,
    index: options.boolean("index") ?? false,
    default: null,
    updatedToNow: options.word("onUpdate", ["now"]) === "now",
    references: readReference({ label, nullable, options, problems }),
    internal: readInternal(label, primary, options, problems),
    ...constraints,
    // An empty id could not stand in a URL.
    minLength: primary && type === "string" ? Math.max(1, constraints.minLength ?? 1) : constraints.minLength,
    enum: null,
    rules: parseFieldRules(label, options.option("rules")?.value, problems),
    at: draft.at,
  }
  const withEnum = { ...field, enum: readEnum(label, field, options, problems) }
  return Object.freeze({ ...withEnum, default: readDefault({ label, field: withEnum, options, problems }) })
}

function readType(label: string, draft: FieldDraft, problems: ProblemList): FieldType | null {
  const option = draft.options.get("type")
  const all = `Types: ${fieldTypes.join(", ")}.`
  if (option === undefined) {
    problems.add("TYPE_MISSING", draft.at, `Field ${label} has no type.`, `Write type: string. ${all}`)
    return null
  }
  const node = option.value
  const word = node.kind === "scalar" ? node.value : null
  const type = fieldTypes.find((candidate) => candidate === word)
  if (type !== undefined) return type
  const foreign = suggestedType(String(word))
  const next = foreign === undefined ? didYouMean(String(word ?? ""), fieldTypes, "Types") : `${foreign} ${all}`
  problems.add("TYPE_UNKNOWN", node.at, `Field ${label} has type ${shown(node)}, which does not exist.`, next)
  return null
}

function readNullable(label: string, primary: boolean, options: OptionReader, problems: ProblemList): boolean {
  const nullable = options.boolean("nullable")
  const required = options.boolean("required")
  if (nullable !== null && nullable === required) {
    const message = `Field ${label} says nullable: ${nullable} and required: ${required}, which contradict each other.`
    problems.add("OPTIONS_CONTRADICT", options.place("required"), message, "Keep one of them.")
  }
  const result = nullable ?? (required === null ? false : !required)
  if (!(primary && result)) return result
  const place = options.place(nullable === null ? "required" : "nullable")
  problems.add("PRIMARY_KEY_INVALID", place, `The primary key ${label} cannot be nullable.`)
  return false
}

function readInternal(label: string, primary: boolean, options: OptionReader, problems: ProblemList): boolean {
  const internal = options.boolean("internal") ?? false
  if (!(primary && internal)) return internal
  const message = `The primary key ${label} cannot be internal: documents are addressed by it.`
  problems.add("PRIMARY_KEY_INVALID", options.place("internal"), message)
  return false
}

type Constraints = Pick<Field, "minLength" | "maxLength" | "min" | "max" | "format" | "pattern" | "jsonSchema">

function readConstraints(label: string, type: FieldType, options: OptionReader, problems: ProblemList): Constraints {
  const bound = (name: "min" | "max"): number | null =>
    type === "int" ? options.wholeNumber(name) : options.number(name)
  const constraints: Constraints = {
    minLength: options.wholeNumber("minLength", 0),
    maxLength: options.wholeNumber("maxLength", 0),
    min: bound("min"),
    max: bound("max"),
    format: options.word("format", stringFormats),
    pattern: readPattern(label, options, problems),
    jsonSchema: readValueSchema(label, options, problems),
  }
  for (const [low, high] of [
    ["minLength", "maxLength"],
    ["min", "max"],
  ] as const) {
    const lowest = constraints[low]
    const highest = constraints[high]
    if (lowest === null || highest === null || lowest <= highest) continue
    const message = `Field ${label} has ${low} ${lowest} and ${high} ${highest}: no value can satisfy both.`
    problems.add("OPTIONS_CONTRADICT", options.place(high), message)
  }
  return constraints
}

function readPattern(label: string, options: OptionReader, problems: ProblemList): string | null {
  const pattern = options.text("pattern")
  const fault = pattern === null ? null : patternFault(pattern)
  if (fault === null) return pattern
  const message = `The pattern of ${label} cannot be used: ${fault}.`
  problems.add("PATTERN_INVALID", options.place("pattern"), message, patternAdvice)
  return null
}

function readValueSchema(label: string, options: OptionReader, problems: ProblemList): JsonValue | null {
  const items = options.option("items")
  const schema = options.option("schema")
  if (items !== undefined && schema !== undefined) {
    const message = `Field ${label} has both items and schema.`
    problems.add("OPTIONS_CONTRADICT", items.keyAt, message, "Keep one; schema: { type: array, items: ... } says both.")
    return null
  }
  if (items !== undefined) return readItems(label, items.value, problems)
  return schema === undefined ? null : readJsonSchema(label, schema.value, problems)
}

function readEnum(
  label: string,
  field: Field,
  options: OptionReader,
  problems: ProblemList,
): readonly (string | number)[] | null {
  const option = options.option("enum")
  if (option === undefined) return null
  const list = readList(option.value, `enum of ${label}`, problems, "Write enum: [draft, published].")
  if (list === null) return null
  if (list.items.length === 0 || list.items.length > enumValueCountMax) {
    const message = `enum of ${label} has ${list.items.length} values; it must have 1 to ${enumValueCountMax}.`
    problems.add("ENUM_INVALID", option.value.at, message)
    return null
  }
  const read = compileFieldReader({ ...field, nullable: false })
  const values = new Set<string | number>()
  for (const item of list.items) {
    const value = read(yamlToValue(item))
    if (typeof value !== "string" && typeof value !== "number") {
      const reason = Array.isArray(value) ? value[0].message : "must be text or a number"
      const quotable =
        item.kind === "scalar" && item.value !== null && (field.type === "string" || field.type === "text")
      const next = quotable && typeof item.value !== "string" ? `Write "${item.value}" in quotes.` : undefined
      problems.add("ENUM_INVALID", item.at, `${shown(item)} cannot be in the enum of ${label}: it ${reason}.`, next)
    } else if (values.has(value)) {
      problems.add("ENUM_INVALID", item.at, `${shown(item)} is in the enum of ${label} twice.`, "Remove one of them.")
    } else {
      values.add(value)
    }
  }
  return [...values]
}
