import type { Problem } from "../../../errors.ts"
import type { SourceLocation } from "../../../lib/source-location.ts"
import { diffSchemas } from "../../../schema/diff.ts"
import { makeSchema } from "../../../schema/make-schema.ts"
import type { Schema } from "../../../schema/schema.ts"
import type { SchemaChange } from "../../../schema/schema-change.ts"
import { schemaFromText } from "../../../schema/schema-from-json.ts"
import { sqlQuery } from "../database.ts"
import type { Reader } from "../database.ts"
import { readMeta } from "../meta.ts"
import { conflictingIds } from "./check-rows.ts"
import { defineTable } from "./ddl.ts"
import { presentTables } from "./present-objects.ts"

/** What leads from the applied schema to another one, and what forbids it. */
export interface SchemaPlan {
  /** The applied schema; without collections when the database is new. */
  readonly from: Schema
  readonly changes: readonly SchemaChange[]
  /** Empty when the changes may be applied. */
  readonly problems: readonly Problem[]
}

/** Says what applySchema would do, without writing anything. */
export function planFrom(reader: Reader, schema: Schema): SchemaPlan {
  return planBetween(reader, appliedSchema(reader), schema)
}

/** Plans from the schema that the tables have now. */
export function planBetween(reader: Reader, from: Schema, schema: Schema): SchemaPlan {
  const changes = diffSchemas(from, schema)
  const problems = changes.flatMap((change) => problemOf(reader, change, { from, to: schema }))
  return { from, changes, problems: [...problems, ...takenNames(reader, [from], schema)] }
}

/**
 * The schema that the database was last brought to; one without collections when it is new. A table that another program
 * dropped counts as never made: its rows are gone either way, and the next schema makes it anew, which is reported.
 */
export function appliedSchema(reader: Reader): Schema {
  const text = readMeta(reader, "schema")
  if (text === undefined) return makeSchema([])
  const schema = schemaFromText(text)
  const present = presentTables(reader)
  const collections = [...schema.collections.values()].filter(({ name }) => present.has(name))
  return collections.length === schema.collections.size ? schema : makeSchema(collections)
}

function problemOf(
  reader: Reader,
  change: SchemaChange,
  schemas: { readonly from: Schema; readonly to: Schema },
): readonly Problem[] {
  if (change.safety === "safe") return []
  const ids = change.fits === null ? [] : idsInTheWay(reader, change, schemas)
  if (change.safety === "if-rows-fit" && ids.length === 0) return []
  return [changeProblem(change, schemas.to, ids)]
}

/** What is said of a change that cannot be made, with the documents that are in its way. */
export function changeProblem(change: SchemaChange, to: Schema, ids: readonly unknown[]): Problem {
  // A stricter option asks for an empty collection without a look at the values: which of them fit is not known.
  const isUnseen = change.kind === "change-option" && change.fits?.kind === "no-rows"
  const documents = ids.length === 0 || isUnseen ? "" : ` Documents in the way: ${ids.join(", ")}.`
  const at = placeOf(to, change)
  return {
    code: change.kind.toUpperCase().replaceAll("-", "_"),
    message: `${change.message}: ${change.reason ?? ""}${documents}`,
    ...(change.next === null ? {} : { next: change.next }),
    ...(at === null ? {} : { at }),
  }
}

function idsInTheWay(
  reader: Reader,
  change: SchemaChange,
  schemas: { readonly from: Schema; readonly to: Schema },
): readonly unknown[] {
  const from = schemas.from.collections.get(change.collection)
  const to = schemas.to.collections.get(change.collection)
  if (from === undefined || to === undefined || change.fits === null) return []
  return conflictingIds(reader, { from, to, condition: change.fits })
}

function placeOf(schema: Schema, change: SchemaChange): SourceLocation | null {
  const collection = schema.collections.get(change.collection)
  const field = "field" in change && change.field !== null ? collection?.fields.get(change.field) : undefined
  const index = "index" in change ? collection?.indexes.find(({ name }) => name === change.index) : undefined
  return field?.at ?? index?.at ?? collection?.at ?? null
}

/** New tables and indexes whose names the file has already, and none of the schemas that it is known to hold. */
export function takenNames(reader: Reader, known: readonly Schema[], to: Schema): readonly Problem[] {
  const ours = new Set(known.flatMap(namesOf).map(({ name }) => name.toLowerCase()))
  return namesOf(to)
    .filter(({ name }) => !ours.has(name.toLowerCase()))
    .filter(({ name }) => reader.get(sqlQuery("SELECT 1 FROM sqlite_schema WHERE name = ? COLLATE NOCASE", [name])))
    .map(({ name, kind }) => ({
      code: "NAME_TAKEN",
      message: `The database already has something called ${name}, which Alyx did not make, so the ${kind} cannot be made.`,
      next: `Rename the ${kind}, or remove what another program made there.`,
    }))
}

function namesOf(schema: Schema): readonly { readonly name: string; readonly kind: "collection" | "index" }[] {
  return [...schema.collections.values()].flatMap((collection) => [
    { name: collection.name, kind: "collection" as const },
    ...defineTable(collection).indexes.map(({ name }) => ({ name, kind: "index" as const })),
  ])
}
