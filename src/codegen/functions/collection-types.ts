import { isRequiredOnCreate } from "../../schema/document.ts"
import type { Collection, Field, Relation, Schema } from "../../schema/schema.ts"
import { isAlwaysShown } from "../openapi/access.ts"
import type { NamedCollection, NamedCollections } from "../openapi/component-names.ts"
import { nameCollections } from "../openapi/component-names.ts"
import { conditionType, fieldNote, readType, writeType } from "./field-type-text.ts"
import { propertyName } from "./json-schema-type.ts"

/**
 * The text of collections.d.ts: for each collection what a document is, what creates and updates take, what filters name
 * and what `expand` brings, so that an editor completes `ctx.db.posts.create({` and shows a renamed field at once.
 */
export function collectionTypesText(schema: Schema): string {
  const named = nameCollections(schema)
  const parts = [...named.values()].map((each) => collectionText(schema, named, each))
  return [header, ...parts, collectionsText(named)].join("\n")
}

const header = `// Written by Alyx from schema.yaml, and anew whenever it changes; changes to this file are lost.

import type { EqualCondition, JsonCondition, NumberCondition, RawValue, TextCondition, TimeCondition } from "./alyx-functions"

/** Any value of JSON. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any
`

/** The names of the types of a collection: PostsDocument, PostsCreate, … */
const suffixes = ["Document", "Create", "Update", "Filter", "Expand"] as const

function collectionText(schema: Schema, named: NamedCollections, { base, collection }: NamedCollection): string {
  const fields = [...collection.fields.values()]
  const readable = fields.filter((field) => !field.internal)
  const writable = fields.filter((field) => !field.primary)
  return [
    interfaceText(`${base}Document`, `A document of \`${collection.name}\`.`, readable.map(documentMember)),
    interfaceText(`${base}Create`, `What makes a document of \`${collection.name}\`.`, fields.map(createMember)),
    interfaceText(
      `${base}Update`,
      `The fields of a document of \`${collection.name}\` to change.`,
      writable.map((field) =>
        member(`${propertyName(field.name)}?`, `${writeType(field)} | RawValue`, fieldNote(field, "update")),
      ),
    ),
    interfaceText(
      `${base}Filter`,
      `Conditions on the fields of \`${collection.name}\`; all must hold.`,
      readable.map((field) => member(`${propertyName(field.name)}?`, conditionType(field), "")),
    ),
    interfaceText(
      `${base}Expand`,
      `What \`expand\` adds to a document of \`${collection.name}\`.`,
      relationsOf(schema, collection).map((relation) => relationMember(schema, named, collection, relation)),
    ),
  ].join("\n")
}

function interfaceText(name: string, about: string, members: readonly string[]): string {
  const body = members.length === 0 ? "{}" : `{\n${members.join("\n")}\n}`
  return `/** ${about} */\nexport interface ${name} ${body}\n`
}

function member(name: string, type: string, note: string): string {
  return `${note === "" ? "" : `  /** ${note.replaceAll("*/", "*\\/")} */\n`}  ${name}: ${type}`
}

function documentMember(field: Field): string {
  const mark = isAlwaysShown(field) ? "" : "?"
  return member(`${propertyName(field.name)}${mark}`, readType(field), fieldNote(field, "read"))
}

function createMember(field: Field): string {
  const mark = isRequiredOnCreate(field) ? "" : "?"
  return member(`${propertyName(field.name)}${mark}`, writeType(field), fieldNote(field, "create"))
}

/** Internal fields are not spoken of, and a relation over one would tell its value. */
function relationsOf(schema: Schema, collection: Collection): readonly Relation[] {
  return (schema.relations.get(collection.name) ?? []).filter(({ localField, foreignField, collection: target }) => {
    const foreign = schema.collections.get(target)?.fields.get(foreignField)
    return !(collection.fields.get(localField)?.internal ?? true) && !(foreign?.internal ?? true)
  })
}

function relationMember(schema: Schema, named: NamedCollections, collection: Collection, relation: Relation): string {
  const document = `${named.get(relation.collection)!.base}Document`
  const name = propertyName(relation.name)
  if (relation.kind === "back") {
    return member(
      name,
      `${document}[]`,
      `The documents of \`${relation.collection}\` whose \`${relation.foreignField}\` points here.`,
    )
  }
  const isNullable = collection.fields.get(relation.localField)!.nullable
  const rule = schema.collections.get(relation.collection)!.rules.read
  // A document that the caller may not read is absent.
  const mayBeAbsent = rule?.expression.trim() !== "true"
  const type = `${document}${isNullable ? " | null" : ""}${mayBeAbsent ? " | undefined" : ""}`
  const note = `The document of \`${relation.collection}\` that \`${relation.localField}\` references${mayBeAbsent ? ", if the caller may read it" : ""}.`
  return member(name, type, note)
}

function collectionsText(named: NamedCollections): string {
  const members = [...named.values()].map(({ base, collection }) => {
    const types = suffixes.map((suffix) => `${suffix.toLowerCase()}: ${base}${suffix}`)
    const key = collection.primaryKey.type === "int" ? "number" : "string"
    return `  ${propertyName(collection.name)}: { key: ${key}; ${types.join("; ")} }`
  })
  return interfaceText("Collections", "The collections of the schema, by name.", members)
}
