import type { Field } from "../../schema/schema.ts"
import { stepSql } from "../storage/database.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { Expansion } from "./expand.ts"
import type { RecordLimits } from "./records.ts"
import { quoteName } from "../../lib/sql-name.ts"
import { jsonObjectSql } from "./sql-text.ts"
import { visibleMembers } from "./visible.ts"

/** What of a document is shown: which of its fields, and which relations with it. */
export interface DocumentShape {
  readonly plan: CollectionPlan
  readonly fields: Iterable<Field>
  readonly expansions: readonly Expansion[]
  readonly limits: RecordLimits
}

/**
 * The SQL of a document as JSON, over a row of its table under the alias. Relations are subqueries of the row: one
 * statement whatever is expanded, each related document found through an index (every referencing field has one).
 */
export function documentSql(shape: DocumentShape, alias: string): string {
  // A reference that is not named with _id has its relation's name: what was asked for takes its place.
  const replaced = new Set(shape.expansions.map(({ relation }) => relation.name))
  const fields = replaced.size === 0 ? shape.fields : [...shape.fields].filter(({ name }) => !replaced.has(name))
  const members = visibleMembers(fields, alias)
  for (const [index, expansion] of shape.expansions.entries()) {
    const valueSql = expansionSql(expansion, { alias, inner: `${alias}_${index}`, limits: shape.limits })
    members.push({ name: expansion.relation.name, valueSql })
  }
  return jsonObjectSql(members)
}

interface ExpansionFrame {
  /** The alias of the row that the relation starts from. */
  readonly alias: string
  /** The alias for the related rows; unique in the statement. */
  readonly inner: string
  readonly limits: RecordLimits
}

function expansionSql(expansion: Expansion, { alias, inner, limits }: ExpansionFrame): string {
  const { relation, target, children } = expansion
  const shape = { plan: target, fields: target.fields.values(), expansions: children, limits }
  const document = documentSql(shape, inner)
  const match = (column: string): string =>
    `${column}.${quoteName(relation.foreignField)} = ${alias}.${quoteName(relation.localField)}`
  if (relation.kind === "forward") return `(SELECT ${document} FROM ${target.table} AS ${inner} WHERE ${match(inner)})`
  const rows =
    `SELECT ${inner}_r.rowid AS r FROM ${target.table} AS ${inner}_r WHERE ${stepSql} AND ${match(`${inner}_r`)} ` +
    `ORDER BY ${inner}_r.${quoteName(target.key.name)} LIMIT ${limits.backRelationMax}`
  return (
    `(SELECT json_group_array(${document}) FROM (${rows}) AS ${inner}_p ` +
    `CROSS JOIN ${target.table} AS ${inner} ON ${inner}.rowid = ${inner}_p.r)`
  )
}
