import type { Collection } from "../../../schema/schema.ts"

/** Sets of fields whose values no two documents share: the primary key first, then unique fields and unique indexes. */
export function uniqueSets({ primaryKey, fields, indexes }: Collection): readonly (readonly string[])[] {
  const single = [...fields.values()].filter(({ unique, primary }) => unique && !primary).map(({ name }) => [name])
  const several = indexes.filter(({ unique }) => unique).map((index) => index.fields.map(({ name }) => name))
  return [[primaryKey.name], ...single, ...several]
}
