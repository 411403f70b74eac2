import type { ReadAccess } from "./access.ts"
import { fieldAccessSql, rowAccessSql } from "./access-sql.ts"
import type { PlacedAccess } from "./access-sql.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { Expansion } from "./expand.ts"
import { sql } from "./fragment.ts"
import type { Fragment } from "./fragment.ts"
import { quoteName } from "../../lib/sql-name.ts"

/** An expansion of the rows under an alias. */
export interface Related {
  readonly parent: PlacedAccess
  readonly accesses: readonly ReadAccess[]
  readonly expansion: Expansion
  /** The alias of the rows that are expanded. */
  readonly alias: string
}

/**
 * What makes a row under the alias `inner` a related one: that the two fields are equal, and that the caller may read
 * the row and both fields. Who could follow a field that is hidden would know its value.
 */
export function relatedSql(
  plan: CollectionPlan,
  { parent, accesses, expansion, alias }: Related,
  inner: string,
): { readonly match: Fragment; readonly conditions: readonly Fragment[] } {
  const { relation, target, index } = expansion
  const placed = { access: accesses[index]!, index }
  const foreign = target.collection.fields.get(relation.foreignField)!
  const local = plan.collection.fields.get(relation.localField)!
  return {
    match: sql`${inner}.${quoteName(foreign.name)} = ${alias}.${quoteName(local.name)}`,
    conditions: [
      ...rowAccessSql(placed, inner),
      ...fieldAccessSql(placed, foreign, inner),
      ...fieldAccessSql(parent, local, alias),
    ],
  }
}
