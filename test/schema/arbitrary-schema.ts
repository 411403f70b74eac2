import * as fc from "fast-check"

import { parseSchema } from "../../src/schema/parse.ts"
import type { Collection, Field, FieldType, JsonValue, Schema } from "../../src/schema/schema.ts"
import { fieldTypes } from "../../src/schema/schema.ts"

/** Options of a field as they would be written in schema.yaml. */
type FieldOptions = Record<string, JsonValue>

interface CollectionOptions {
  readonly fields: Record<string, FieldOptions>
  readonly indexes?: readonly JsonValue[]
  readonly timestamps?: boolean
}

/** Random valid schemas as text: JSON, which is YAML, with maps and lists by turns. */
export function arbitrarySchemaText(): fc.Arbitrary<string> {
  return fc
    .tuple(
      fc.uniqueArray(arbitraryName("c"), { minLength: 1, maxLength: 4 }),
      fc.infiniteStream(arbitraryCollection()),
      fc.boolean(),
    )
    .map(([names, stream, asList]) => {
      const collections = new Map<string, CollectionOptions>()
      for (const name of names) collections.set(name, stream.next().value as CollectionOptions)
      return JSON.stringify(
        { collections: asList ? toList(linked(collections)) : Object.fromEntries(linked(collections)) },
        null,
        2,
      )
    })
}

/** Random valid schemas. */
export function arbitrarySchema(): fc.Arbitrary<Schema> {
  return arbitrarySchemaText().map(requireSchema)
}

/** Parses a text that must be valid, and says what is wrong with it when it is not. */
export function requireSchema(text: string): Schema {
  const { schema, problems } = parseSchema(text, "schema.yaml")
  if (schema === null) throw new Error(`${problems.map((problem) => problem.message).join("\n")}\n${text}`)
  return schema
}

/** Lower case, so that no two names differ only in case, and a prefix that keeps clear of relations and reserved words. */
function arbitraryName(prefix: string): fc.Arbitrary<string> {
  return fc.stringMatching(/^[a-z0-9]{1,6}$/).map((rest) => `${prefix}_${rest}`)
}

/** Every second collection references the one before it, by a nullable field so that no order of writes is needed. */
function linked(collections: ReadonlyMap<string, CollectionOptions>): [string, CollectionOptions][] {
  const entries = [...collections]
  return entries.map(([name, options], position) => {
    const previous = entries[position - 1]
    if (previous === undefined || position % 2 === 0 || !isGenerated(previous[1])) return [name, options]
    const link = { type: "uuid", references: `${previous[0]}.id`, onDelete: "set null", nullable: true, index: true }
    return [name, { ...options, fields: { ...options.fields, link_id: link } }]
  })
}

function isGenerated(options: CollectionOptions): boolean {
  return Object.values(options.fields).every((field) => field["primary"] !== true)
}

function toList(entries: readonly [string, CollectionOptions][]): JsonValue {
  return entries.map(([name, { fields, ...rest }]) => ({
    name,
    ...rest,
    fields: Object.entries(fields).map(([field, options]) => ({ name: field, ...options })),
  }))
}

function arbitraryCollection(): fc.Arbitrary<CollectionOptions> {
  const fields = fc.dictionary(arbitraryName("f"), arbitraryField(), { minKeys: 1, maxKeys: 8, noNullPrototype: true })
  const primaryKeys = fc.constantFrom<FieldOptions | null>(
    null,
    null,
    { type: "int", primary: true, default: "auto" },
    { type: "string", primary: true, default: "auto" },
    { type: "uuid", primary: true, default: "auto" },
  )
  return fc
    .record({ fields, primaryKey: primaryKeys, timestamps: fc.boolean(), indexed: fc.boolean() })
    .map(({ fields: written, primaryKey, timestamps, indexed }) => ({
      fields: primaryKey === null ? written : { key: primaryKey, ...written },
      ...(timestamps ? {} : { timestamps: false }),
      ...(indexed && { indexes: indexesOver(written) }),
    }))
}

const unindexable: ReadonlySet<JsonValue> = new Set(["json", "blob"])

function indexesOver(fields: Record<string, FieldOptions>): JsonValue[] {
  const names = Object.keys(fields).filter((name) => !unindexable.has(fields[name]?.["type"] ?? null))
  return names.length < 2 ? [] : [{ fields: names.slice(0, 2), order: "desc" }]
}

function arbitraryField(): fc.Arbitrary<FieldOptions> {
  return fc.constantFrom(...fieldTypes).chain((type) =>
    fc
      .record({ nullable: fc.boolean(), index: fc.boolean(), internal: fc.boolean(), options: arbitraryOptions(type) })
      .map(({ nullable, index, internal, options }) => ({
        type,
        ...(nullable && { nullable }),
        ...(index && type !== "json" && type !== "blob" && { index }),
        ...(internal && { internal }),
        ...options,
      })),
  )
}

/** Constraints and defaults that fit together. */
function arbitraryOptions(type: FieldType): fc.Arbitrary<FieldOptions> {
  switch (type) {
    case "string":
    case "text":
      return fc.constantFrom<FieldOptions>(
        {},
        { minLength: 1, maxLength: 20 },
        { maxLength: 5, default: "ab" },
        { enum: ["draft", "published", "auto"], default: "draft" },
        { validate: { pattern: "^[a-z]+$", maxLength: 12 } },
        { format: "email" },
        { format: "url", nullable: true },
        { default: 'it\'s "quoted" \\ and 😀' },
      )
    case "int":
      return fc.constantFrom<FieldOptions>({}, { min: -5, max: 1_000 }, { default: 0 }, { enum: [1, 2, 3], default: 2 })
    case "float":
      return fc.constantFrom<FieldOptions>({}, { min: -1.5, max: 2.5e10 }, { default: 0.1 })
    case "bool":
      return fc.constantFrom<FieldOptions>({}, { default: true }, { default: false })
    case "timestamp":
      return fc.constantFrom<FieldOptions>({}, { default: "now" }, { default: "2026-01-31T12:00:00+02:00" })
    case "json":
      return fc.constantFrom<FieldOptions>(
        {},
        { items: "string" },
        { schema: { type: "object", properties: { a: { type: "integer" } }, required: ["a"] } },
        { default: { list: [1, "two", null] } },
      )
    case "uuid":
      return fc.constantFrom<FieldOptions>({}, { default: "auto" })
    case "blob":
      return fc.constantFrom<FieldOptions>({}, { default: "AAEC" })
  }
}

/** Random valid bodies of a create: required fields and some others; references are left out. */
export function arbitraryDocument(collection: Collection): fc.Arbitrary<Record<string, JsonValue>> {
  const fields = [...collection.fields.values()].filter((field) => field.references === null && !isCounted(field))
  const required = fields.filter((field) => !field.nullable && field.default === null).map((field) => field.name)
  const model = Object.fromEntries(fields.map((field) => [field.name, arbitraryValue(field)]))
  return fc.record(model, { requiredKeys: required, noNullPrototype: true })
}

/** Random valid bodies of an update: any fields but the primary key and references. */
export function arbitraryChange(collection: Collection): fc.Arbitrary<Record<string, JsonValue>> {
  const fields = [...collection.fields.values()].filter((field) => field.references === null && !field.primary)
  const model = Object.fromEntries(fields.map((field) => [field.name, arbitraryValue(field)]))
  return fc.record(model, { requiredKeys: [], noNullPrototype: true }) as fc.Arbitrary<Record<string, JsonValue>>
}

function isCounted(field: Field): boolean {
  return field.default?.kind === "auto" && field.type === "int"
}

/** Random values that a field accepts, null included when it is nullable. */
export function arbitraryValue(field: Field): fc.Arbitrary<JsonValue> {
  const values = field.enum === null ? arbitraryScalar(field) : fc.constantFrom(...field.enum)
  return field.nullable ? fc.option(values, { nil: null }) : values
}

function arbitraryScalar(field: Field): fc.Arbitrary<JsonValue> {
  switch (field.type) {
    case "uuid":
      return fc.uuid()
    case "string":
    case "text":
      return arbitraryText(field)
    case "int": {
      const bounds = { min: field.min ?? Number.MIN_SAFE_INTEGER, max: field.max ?? Number.MAX_SAFE_INTEGER }
      return fc
        .maxSafeInteger()
        .map((value) => bounds.min + (Math.abs(value) % Math.min(bounds.max - bounds.min + 1, 2 ** 52)))
    }
    case "float": {
      const bounds = { ...(field.min !== null && { min: field.min }), ...(field.max !== null && { max: field.max }) }
      return fc.double({ noNaN: true, noDefaultInfinity: true, ...bounds }).map((value) => value + 0)
    }
    case "bool":
      return fc.boolean()
    case "timestamp":
      return fc
        .date({ min: new Date("0001-01-01T00:00:00Z"), max: new Date("9998-12-31T00:00:00Z"), noInvalidDate: true })
        .map((date) => date.toISOString())
    case "json":
      return arbitraryJson(field)
    case "blob":
      return fc.uint8Array({ maxLength: 50 }).map((bytes) => Buffer.from(bytes).toString("base64"))
  }
}

function arbitraryText(field: Field): fc.Arbitrary<string> {
  if (field.format === "email") return fc.stringMatching(/^[a-z]{1,8}@[a-z]{1,8}\.com$/)
  if (field.format === "url") return fc.stringMatching(/^https:\/\/[a-z]{1,8}\.org\/[a-z0-9]{0,5}$/)
  if (field.pattern !== null) return fc.stringMatching(new RegExp(`^[a-z]{1,${field.maxLength ?? 12}}$`))
  // Graphemes of several code points would make the length hard to bound; these units are one code point each.
  return fc
    .array(fc.string({ unit: "binary", minLength: 1, maxLength: 1 }), {
      minLength: field.minLength ?? 0,
      maxLength: Math.min(field.maxLength ?? 60, 60),
    })
    .map((characters) => characters.map((character) => (character === "\0" ? "0" : character)).join(""))
}

function arbitraryJson(field: Field): fc.Arbitrary<JsonValue> {
  const schema = field.jsonSchema as { readonly type?: string } | null
  if (schema?.type === "array") return fc.array(fc.string(), { maxLength: 5 }).map(withoutNul)
  if (schema?.type === "object") return fc.record({ a: fc.integer() }, { noNullPrototype: true })
  return fc
    .jsonValue({ maxDepth: 3 })
    .map((value) => withoutNul(JSON.parse(JSON.stringify(value)) as JsonValue))
    .filter((value) => value !== null)
}

/** JSON text that holds U+0000 is refused, so it is replaced in strings and keys. */
function withoutNul(value: JsonValue): JsonValue {
  return JSON.parse(JSON.stringify(value).replaceAll("\\u0000", "0")) as JsonValue
}
