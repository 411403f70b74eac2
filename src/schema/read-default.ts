import type { YamlNode } from "../lib/yaml-tree.ts"
import { yamlToValue } from "../lib/yaml-tree.ts"
import { compileFieldReader } from "./field-reader.ts"
import { wireValue } from "./fields/field-types.ts"
import type { StoredValue } from "./fields/field-type.ts"
import type { OptionReader } from "./option-reader.ts"
import type { ProblemList } from "./problem-list.ts"
import { shown } from "./read-values.ts"
import type { Field, FieldDefault } from "./schema.ts"

interface DefaultParts {
  readonly label: string
  /** The field with everything but its default. */
  readonly field: Field
  readonly options: OptionReader
  readonly problems: ProblemList
}

/** Reads `default:`: a literal that the field itself would accept, auto, or now. */
export function readDefault(parts: DefaultParts): FieldDefault | null {
  const { field } = parts
  const option = parts.options.option("default")
  // A field that every update sets to the time of the write need not be asked for on create.
  if (option === undefined) return field.updatedToNow && !field.nullable ? { kind: "now" } : null
  const word = keyword(option.value, field)
  if (word === "auto") return readAuto(parts, option.value)
  if (word === "now") return readNow(parts, option.value)
  return readLiteral(parts, option.value)
}

/**
 * `auto` and `now` are keywords, except where they can only be meant as words: among the values of an enum, or in
 * quotes on a text field that is not the primary key.
 */
function keyword(node: YamlNode, field: Field): "auto" | "now" | null {
  if (node.kind !== "scalar" || (node.value !== "auto" && node.value !== "now")) return null
  if (field.enum?.includes(node.value) === true) return null
  const isText = field.type === "string" || field.type === "text"
  return (isText && node.quoted && !field.primary) || field.type === "json" ? null : node.value
}

/** Stands for the ids that auto makes when the field's constraints are tried on them. */
const sampleId = "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d"

function readAuto({ label, field, problems }: DefaultParts, node: YamlNode): FieldDefault | null {
  if (field.references !== null) {
    const message = `Field ${label} is a reference, so a new id as its default would point to nothing.`
    problems.add("DEFAULT_INVALID", node.at, message)
    return null
  }
  if (field.type === "int" && field.primary) return { kind: "auto" }
  if (field.type !== "uuid" && field.type !== "string") {
    const next = "auto makes ids: for uuid and string fields, and for an int primary key."
    problems.add("DEFAULT_INVALID", node.at, `Field ${label} of type ${field.type} cannot have default: auto.`, next)
    return null
  }
  const result = compileFieldReader(field)(sampleId)
  if (typeof result === "string") return { kind: "auto" }
  const reason = Array.isArray(result) ? result[0].message : "would not fit"
  problems.add("DEFAULT_INVALID", node.at, `Field ${label} cannot have default: auto, since a UUID ${isNot(reason)}.`)
  return null
}

function isNot(reason: string): string {
  return `does not fit: it ${reason}`
}

function readNow({ label, field, problems }: DefaultParts, node: YamlNode): FieldDefault | null {
  if (field.type === "timestamp") return { kind: "now" }
  const isText = field.type === "string" || field.type === "text"
  const next = isText ? 'now is for timestamps; write "now" in quotes for the word.' : "now is for timestamps."
  problems.add("DEFAULT_INVALID", node.at, `Field ${label} of type ${field.type} cannot have default: now.`, next)
  return null
}

function readLiteral({ label, field, problems }: DefaultParts, node: YamlNode): FieldDefault | null {
  const value = yamlToValue(node)
  // For a nullable field, no default and null as the default are the same.
  if (value === null && field.nullable) return null
  const result = compileFieldReader(field)(value)
  if (!Array.isArray(result)) return { kind: "literal", value: wireValue(field, result as StoredValue) }
  for (const fault of result) {
    const message = `The default ${shown(node)} of ${label} ${fault.message}.`
    problems.add("DEFAULT_INVALID", node.at, message, literalAdvice(node, field))
  }
  return null
}

function literalAdvice(node: YamlNode, field: Field): string | undefined {
  if (node.kind !== "scalar" || node.value === null) return undefined
  const isText = field.type === "string" || field.type === "text"
  if (isText && typeof node.value !== "string") return `Write "${node.value}" in quotes.`
  if (field.type === "bool" && typeof node.value === "string") return "Write true or false, without quotes."
  if ((field.type === "int" || field.type === "float") && node.quoted) return "Write the number without quotes."
  return undefined
}
