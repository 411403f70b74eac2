import { BoundedCache } from "../../lib/bounded-cache.ts"
import { quoteName } from "../../lib/sql-name.ts"
import { fieldTypeRules } from "../../schema/fields/field-types.ts"
import type { Field } from "../../schema/schema.ts"
import { stepSql } from "../storage/database.ts"
import { answerSizeSql } from "./answer-size.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { Keyset } from "./cursor.ts"
import { joinSql, slotSql, sql } from "./fragment.ts"
import type { Fragment } from "./fragment.ts"
import type { LiveQuery } from "./live-query.ts"
import { orderBySql } from "./order.ts"

/**
 * The SQL of a query that is followed: the same for all queries of equal shape. Rows have `id`, the sort values `k0`, `k1`
 * …, for each expansion the value `l0`, `l1` … that it starts from, and `doc`, the JSON.
 */
export interface LiveStatements {
  /** The window: slots conditions and cut. */
  readonly window: Watchable
  /** Gives `total`: slot conditions. */
  readonly total: Watchable
  /** Counts, as `size`, what a window holds with everything that is expanded; null where nothing is. */
  readonly size: Fragment | null
  /** Those in the result of so many documents: slots key and conditions. */
  byIds(count: number): Watchable
  /** What comes after a place: slots conditions, keyset and cut. */
  after(keyset: Keyset): Watchable
  /**
   * Gives, as `i`, which rows of a JSON array of arrays (slot key: `beforeFields` in their order) were in the result. Null
   * where the change log does not keep all that is asked for.
   */
  readonly before: Watchable | null
  readonly beforeFields: readonly string[]
}

/** A statement as it is read where others wait, and without what makes that possible. */
export interface Watchable {
  readonly whole: Fragment
  readonly watched: Fragment
}

const statementsByPlan = new WeakMap<CollectionPlan, BoundedCache<LiveStatements>>()

/** How many shapes a collection keeps; others are made again. */
const shapeCountMax = 128
const shapeLengthMax = 2_000

/** Returns the statements of a query. */
export function liveStatements(query: LiveQuery): LiveStatements {
  let kept = statementsByPlan.get(query.plan)
  if (kept === undefined) {
    kept = new BoundedCache({ sizeMax: shapeCountMax, keyLengthMax: shapeLengthMax })
    statementsByPlan.set(query.plan, kept)
  }
  return kept.get(shapeOf(query), () => makeStatements(query))
}

function shapeOf({ seen, keys }: LiveQuery): string {
  const sort = keys.map(({ field, descending }) => (descending ? `>${field.name}` : `<${field.name}`))
  const conditions = seen.conditions.map(({ shape }) => shape)
  return `${seen.view.statements.key}${sort.join("")}&${conditions.join("&")}${seen.isEmpty ? "&0" : ""}`
}

function makeStatements(query: LiveQuery): LiveStatements {
  const { plan, keys, seen } = query
  const { view } = seen
  const order = orderBySql(keys, "d")
  const columns = columnsSql(query)
  const conditions = conditionsSql(query)
  const where = (...parts: readonly Fragment[]): Fragment => joinSql([...parts, conditions], " AND ")
  const limit = slotSql("cut", "LIMIT ?")
  const page = (found: Fragment): Fragment => {
    const rowids = sql`SELECT d.rowid AS r FROM ${plan.table} AS d WHERE ${found} ORDER BY ${order} ${limit}`
    return sql`SELECT ${columns} FROM (${rowids}) AS page CROSS JOIN ${plan.table} AS d ON d.rowid = page.r`
  }
  const count = (found: Fragment): Fragment => sql`SELECT count(*) AS total FROM ${plan.table} AS d WHERE ${found}`
  const watchable = (make: (found: Fragment) => Fragment, ...parts: readonly Fragment[]): Watchable => ({
    whole: make(where(...parts)),
    watched: make(where(sql`${stepSql}`, ...parts)),
  })
  const { expansions } = view.selection
  const windowRows = sql`SELECT d.rowid AS r FROM ${plan.table} AS d WHERE ${conditions} ORDER BY ${order} ${limit}`
  const beforeFields = fieldsOfConditions(query)
  const byIds = new Map<number, Watchable>()
  const key = quoteName(plan.key.name)
  return {
    window: watchable(page),
    total: watchable(count),
    size: expansions.length === 0 ? null : answerSizeSql({ plan, expansions, accesses: view.accesses }, windowRows),
    byIds(idCount) {
      const known = byIds.get(idCount)
      if (known !== undefined) return known
      const places = Array.from({ length: idCount }, () => "?").join(", ")
      const made = watchable(
        (found) => sql`SELECT ${columns} FROM ${plan.table} AS d WHERE ${found}`,
        slotSql("key", `d.${key} IN (${places})`),
      )
      byIds.set(idCount, made)
      return made
    },
    after: (keyset) => watchable(page, slotSql("keyset", keyset.sql)),
    before: beforeFields.some(({ type }) => type === "blob")
      ? null
      : watchable((found) => beforeSql(beforeFields, found)),
    beforeFields: beforeFields.map(({ name }) => name),
  }
}

function columnsSql({ plan, keys, seen }: LiveQuery): Fragment {
  const { expansions } = seen.view.selection
  const columns = [
    `d.${quoteName(plan.key.name)} AS id`,
    ...keys.map(({ field }, index) => `d.${quoteName(field.name)} AS k${index}`),
    ...expansions.map(({ relation }, index) => `d.${quoteName(relation.localField)} AS l${index}`),
  ]
  return sql`${columns.join(", ")}, ${seen.view.statements.row} AS doc`
}

function conditionsSql({ seen }: LiveQuery): Fragment {
  if (seen.isEmpty) return sql`0`
  const texts = seen.conditions.map((condition) => condition.sql("d"))
  return slotSql("conditions", texts.length === 0 ? "1" : texts.join(" AND "))
}

function fieldsOfConditions({ plan, seen }: LiveQuery): Field[] {
  const { conditions } = seen.query
  const access = seen.view.accesses[0]
  const names = new Set<string>(conditions.map(({ field }) => field.name))
  const narrowed = [access?.rows, ...conditions.map(({ field }) => access?.field(field))]
  for (const each of narrowed) if (typeof each === "object") for (const name of each.fields) names.add(name)
  return [...plan.collection.fields.values()].filter(({ name }) => names.has(name))
}

/** The casts give the values the types, and comparisons the affinities, that they have in the table. */
function beforeSql(fields: readonly Field[], conditions: Fragment): Fragment {
  const columns = fields.map(
    ({ name, type }, index) => `, CAST(e.value ->> ${index} AS ${fieldTypeRules[type].sqlType}) AS ${quoteName(name)}`,
  )
  const rows = sql`SELECT e.key AS i${columns.join("")} FROM ${slotSql("key", "json_each(?)")} AS e`
  return sql`SELECT d.i AS i FROM (${rows}) AS d WHERE ${conditions}`
}
