import type { FieldType } from "./schema.ts"
import { fieldTypes } from "./schema.ts"

/** What the language knows of one option of a field. */
interface OptionRule {
  /** The types that the option makes sense for. */
  readonly types: readonly FieldType[]
  /** One sentence for editors and for docs/schema.md. */
  readonly description: string
  /** True when it may also stand under `validate:`. */
  readonly validates: boolean
}

const strings = ["string", "text"] as const
const numbers = ["int", "float"] as const

function option(description: string, types: readonly FieldType[] = fieldTypes): OptionRule {
  return { types, description, validates: false }
}

function validation(description: string, types: readonly FieldType[]): OptionRule {
  return { types, description, validates: true }
}

/** Every option of a field except `name` and `validate`, which belong to the notation. */
export const fieldOptions = {
  type: option("What the field holds: uuid, string, text, int, float, bool, timestamp, json or blob."),
  primary: option("Makes the field the primary key, the id in URLs. Default: false.", ["uuid", "string", "int"]),
  unique: option(
    "No two documents may have the same value. Default: false.",
    fieldTypes.filter((type) => type !== "json"),
  ),
  nullable: option("The value may be null or left out. Default: false."),
  required: option("The opposite of nullable, for those who prefer it. Default: true."),
  index: option(
    "Makes an index, so that filters and sorts on the field are fast. Default: false.",
    fieldTypes.filter((type) => type !== "json" && type !== "blob"),
  ),
  default: option("The value of a field that a create leaves out: a literal, auto (a new id) or now (the time)."),
  references: option("The field of another collection that the value points to, such as users.id.", [
    "uuid",
    "string",
    "text",
    "int",
  ]),
  onDelete: option(
    "What happens when the referenced document is deleted: cascade, set null or restrict. Default: restrict.",
    ["uuid", "string", "text", "int"],
  ),
  onUpdate: option("now sets the field to the time of every update.", ["timestamp"]),
  internal: option("The field is never in an answer and never in a filter. Default: false."),
  minLength: validation("The fewest characters (code points).", strings),
  maxLength: validation("The most characters (code points).", strings),
  min: validation("The smallest value.", numbers),
  max: validation("The largest value.", numbers),
  format: validation("What kind of string it is: email, url or uuid.", strings),
  pattern: validation(
    "A regular expression (ECMAScript, u flag, without lookaround and back references) that the value must match.",
    strings,
  ),
  enum: validation("The only values allowed.", [...strings, ...numbers]),
  items: option("For arrays: the type of every element, as a type's name or a JSON Schema.", ["json"]),
  schema: option("The JSON Schema that the value must satisfy.", ["json"]),
  rules: option("Who may read and write this field, in CEL: { read, write }."),
} as const satisfies Record<string, OptionRule>

/** The name of an option of a field. */
export type FieldOptionName = keyof typeof fieldOptions

/** All of them, in the order of the documentation. */
export const fieldOptionNames = Object.keys(fieldOptions) as readonly FieldOptionName[]

/** Those that may also stand under `validate:`. */
export const validationOptionNames = fieldOptionNames.filter((name) => fieldOptions[name].validates)

/** Tells whether a word is an option, safely for words such as "constructor". */
export function isFieldOption(word: string): word is FieldOptionName {
  return Object.hasOwn(fieldOptions, word)
}

/** Tells whether an option makes sense for a type. */
export function optionFitsType(name: FieldOptionName, type: FieldType): boolean {
  return fieldOptions[name].types.includes(type)
}

/** What other tools call our types; the answer to a word that nearness alone would not find. */
const foreignTypes: Readonly<Record<string, string>> = {
  integer: "int",
  bigint: "int",
  smallint: "int",
  number: "float",
  double: "float",
  decimal: "float",
  real: "float",
  boolean: "bool",
  datetime: "timestamp",
  date: "timestamp",
  time: "timestamp",
  varchar: "string",
  char: "string",
  str: "string",
  markdown: "text",
  object: "json",
  array: "json",
  list: "json",
  map: "json",
  bytes: "blob",
  binary: "blob",
  file: "blob",
  guid: "uuid",
  id: "uuid",
  relation: "uuid",
}

/** Types of other tools that are a string with an option here. */
const foreignStrings: Readonly<Record<string, string>> = {
  email: "type: string with format: email",
  url: "type: string with format: url",
  enum: "type: string with enum: [...]",
  select: "type: string with enum: [...]",
}

/** The word of this language for a type of another one, as the text of a suggestion, or undefined. */
export function suggestedType(word: string): string | undefined {
  const lower = word.toLowerCase()
  if (Object.hasOwn(foreignStrings, lower)) return `Write ${foreignStrings[lower]}.`
  if (Object.hasOwn(foreignTypes, lower)) return `Did you mean "${foreignTypes[lower]}"?`
  return undefined
}
