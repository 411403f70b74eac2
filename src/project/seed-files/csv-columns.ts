import { nearestWord } from "../../lib/nearest-word.ts"
import type { Collection, Field, Schema } from "../../schema/schema.ts"

/** What a column of a CSV file gives: a field, or a field of the document that a relation leads to. */
export interface CsvColumn {
  readonly title: string
  /** The names to the value: `["title"]`, or `["author", "email"]` for `author.email`. */
  readonly path: readonly string[]
  /** The field that the values are written as. */
  readonly field: Field
  /** A value that names another document may be of any type: it is the key, or what is unique there. */
  readonly isRelation: boolean
}

/** Finds what each title of a header means; the problems are sentences with the number of the column, from 0. */
export function readCsvHeader(
  schema: Schema,
  collection: Collection,
  titles: readonly string[],
): { readonly columns: readonly CsvColumn[]; readonly problems: readonly { index: number; message: string }[] } {
  const columns: CsvColumn[] = []
  const problems: { index: number; message: string }[] = []
  const seen = new Set<string>()
  for (const [index, title] of titles.entries()) {
    const column = columnOf(schema, collection, title.trim())
    if (typeof column === "string") problems.push({ index, message: column })
    else if (seen.has(column.title)) problems.push({ index, message: `The column ${column.title} is given twice.` })
    else columns.push(column)
    seen.add(title.trim())
  }
  return { columns, problems }
}

function columnOf(schema: Schema, collection: Collection, title: string): CsvColumn | string {
  const field = collection.fields.get(title)
  if (field !== undefined) return { title, path: [title], field, isRelation: field.references !== null }
  const [head = "", ...rest] = title.split(".")
  const target = relationField(schema, collection, head)
  if (target === undefined) return unknownColumn(schema, collection, title)
  if (rest.length === 0) return { title, path: [head], field: target, isRelation: true }
  const other = schema.collections.get(target.references?.collection ?? "")
  if (other === undefined) return unknownColumn(schema, collection, title)
  const inner = columnOf(schema, other, rest.join("."))
  if (typeof inner === "string") return `${title}: ${inner}`
  return { title, path: [head, ...inner.path], field: inner.field, isRelation: inner.isRelation }
}

/** The field of a forward relation, by the relation's name or its own. */
function relationField(schema: Schema, collection: Collection, word: string): Field | undefined {
  const relation = schema.relations
    .get(collection.name)
    ?.find(({ kind, name, aliases }) => kind === "forward" && (name === word || aliases.includes(word)))
  return relation === undefined ? undefined : collection.fields.get(relation.localField)
}

function unknownColumn(schema: Schema, collection: Collection, title: string): string {
  const relations = (schema.relations.get(collection.name) ?? []).filter(({ kind }) => kind === "forward")
  const nearest = nearestWord(title, [...collection.fields.keys(), ...relations.map(({ name }) => name)])
  const shown = title === "" ? "An empty title" : `"${title}"`
  const advice = nearest === undefined ? "" : ` Did you mean ${nearest}?`
  return `${shown} is not a field of ${collection.name}.${advice}`
}
