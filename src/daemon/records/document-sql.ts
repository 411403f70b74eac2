import type { Field } from "../../schema/schema.ts"
import { stepSql } from "../storage/database.ts"
import type { ReadAccess } from "./access.ts"
import { fieldAccessSql } from "./access-sql.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { Expansion } from "./expand.ts"
import { joinSql, sql } from "./fragment.ts"
import type { Fragment } from "./fragment.ts"
import { relatedSql } from "./related-sql.ts"
import { quoteName } from "../../lib/sql-name.ts"
import { jsonObjectSql, quoteText } from "./sql-text.ts"
import { visibleMembers } from "./visible.ts"

/** What of a document is shown: which of its fields, and which relations with it. */
export interface DocumentShape {
  readonly plan: CollectionPlan
  readonly fields: Iterable<Field>
  readonly expansions: readonly Expansion[]
  /** Of the whole request; the document's own is at `index`. */
  readonly accesses: readonly ReadAccess[]
  readonly index: number
}

/** A member of the JSON, and where it is absent: a condition. */
interface Member {
  readonly name: string
  readonly value: Fragment
  readonly absent: Fragment | null
}

/**
 * The SQL of a document as JSON, over a row of its table under the alias. Relations are subqueries of the row: one
 * statement whatever is expanded, each related document found through an index (every referencing field has one).
 */
export function documentSql(shape: DocumentShape, alias: string): Fragment {
  // A reference that is not named with _id has its relation's name: what was asked for takes its place.
  const replaced = new Set(shape.expansions.map(({ relation }) => relation.name))
  const members: Member[] = []
  for (const field of shape.fields) {
    if (!replaced.has(field.name)) members.push(...fieldMember(shape, field, alias))
  }
  for (const [index, expansion] of shape.expansions.entries()) {
    members.push(...expansionMember(shape, expansion, { alias, inner: `${alias}_${index}` }))
  }
  return withoutAbsent(objectSql(members), members)
}

function fieldMember({ accesses, index }: DocumentShape, field: Field, alias: string): Member[] {
  const access = accesses[index]!
  const seen = access.field(field)
  if (seen === "none") return []
  const [member] = visibleMembers([field], alias)
  const [condition] = fieldAccessSql({ access, index }, field, alias)
  const absent = condition === undefined ? null : sql`NOT coalesce(${condition}, 0)`
  return [{ name: field.name, value: sql`${member!.valueSql}`, absent }]
}

interface ExpansionFrame {
  /** The alias of the row that the relation starts from. */
  readonly alias: string
  /** The alias for the related rows; unique in the statement. */
  readonly inner: string
}

/** A document that may not be read is absent; among those of a back relation it is left out. */
function expansionMember(parent: DocumentShape, expansion: Expansion, { alias, inner }: ExpansionFrame): Member[] {
  const { relation, target, children, index } = expansion
  const { accesses } = parent
  const access = accesses[index]!
  const related = { parent: { access: accesses[parent.index]!, index: parent.index }, accesses, expansion, alias }
  const { name } = relation
  const document = documentSql(
    { plan: target, fields: target.fields.values(), expansions: children, accesses, index },
    inner,
  )
  if (relation.kind === "back") {
    const key = `${inner}_r.${quoteName(target.key.name)}`
    const { match, conditions } = relatedSql(parent.plan, related, `${inner}_r`)
    const where = joinSql([sql`${stepSql}`, match, ...conditions], " AND ")
    const rows = sql`SELECT ${inner}_r.rowid AS r FROM ${target.table} AS ${inner}_r WHERE ${where} ORDER BY ${key} LIMIT ${target.limits.backRelationMax}`
    const value = sql`(SELECT json_group_array(${document}) FROM (${rows}) AS ${inner}_p CROSS JOIN ${target.table} AS ${inner} ON ${inner}.rowid = ${inner}_p.r)`
    return [{ name, value, absent: null }]
  }
  if (access.rows === "none") return []
  const { match, conditions } = relatedSql(parent.plan, related, inner)
  const where = joinSql([match, ...conditions], " AND ")
  const value = sql`(SELECT ${document} FROM ${target.table} AS ${inner} WHERE ${where})`
  return [{ name, value, absent: conditions.length === 0 ? null : absentSql(parent.plan, related, `${inner}_e`) }]
}

/** A reference to nothing is null for everybody who may see the reference. */
function absentSql(plan: CollectionPlan, related: Parameters<typeof relatedSql>[1], inner: string): Fragment {
  const { relation, target } = related.expansion
  const { match, conditions } = relatedSql(plan, related, inner)
  const where = joinSql([match, ...conditions], " AND ")
  const found = sql`EXISTS (SELECT 1 FROM ${target.table} AS ${inner} WHERE ${where})`
  const local = `${related.alias}.${quoteName(relation.localField)}`
  const [condition] = fieldAccessSql(related.parent, plan.collection.fields.get(relation.localField)!, related.alias)
  const isNull = condition === undefined ? sql`${local} IS NULL` : sql`(${local} IS NULL AND ${condition})`
  return sql`NOT coalesce(${isNull} OR ${found}, 0)`
}

function objectSql(members: readonly Member[]): Fragment {
  const text = jsonObjectSql(members.map(({ name, value }) => ({ name, valueSql: value.sql })))
  return { sql: text, binds: members.flatMap(({ value }) => value.binds) }
}

/** SQLite's functions take at most 1,000 arguments. */
const removedCountMax = 900

/** Takes members out where their conditions say so. An object has no element 0: that path removes nothing. */
function withoutAbsent(object: Fragment, members: readonly Member[]): Fragment {
  const paths: Fragment[] = []
  for (const { name, absent } of members) {
    if (absent !== null) paths.push(sql`iif(${absent}, ${quoteText(`$."${name}"`)}, '$[0]')`)
  }
  let document = object
  for (let start = 0; start < paths.length; start += removedCountMax) {
    document = sql`json_remove(${document}, ${joinSql(paths.slice(start, start + removedCountMax), ", ")})`
  }
  return document
}
