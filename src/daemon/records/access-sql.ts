import type { Narrowed } from "../../rules/rules.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Field } from "../../schema/schema.ts"
import type { ReadAccess } from "./access.ts"
import type { Fragment } from "./fragment.ts"

/** An access, and its place among those of a request. */
export interface PlacedAccess {
  readonly access: ReadAccess
  readonly index: number
}

/** The condition on the rows that may be read, as a list of none or one. */
export function rowAccessSql({ access, index }: PlacedAccess, alias: string): Fragment[] {
  return narrowedSql(access.rows, alias, ({ rows }) => rows, index)
}

/** The condition under which a field may be read, as a list of none or one. */
export function fieldAccessSql({ access, index }: PlacedAccess, field: Field, alias: string): Fragment[] {
  return narrowedSql(access.field(field), alias, (other) => other.field(field), index)
}

/** Accesses of equal shape have equal SQL, so the values are taken from that of the request. */
function narrowedSql(
  narrowed: Narrowed,
  alias: string,
  find: (access: ReadAccess) => Narrowed,
  index: number,
): Fragment[] {
  if (narrowed === "all") return []
  if (narrowed === "none") return [{ sql: "0", binds: [] }]
  const bind = ({ accesses }: { readonly accesses: readonly ReadAccess[] }) => narrowedValues(accesses[index], find)
  return [{ sql: `(${narrowed.sql(alias)})`, binds: [bind] }]
}

function narrowedValues(
  access: ReadAccess | undefined,
  find: (access: ReadAccess) => Narrowed,
): readonly StoredValue[] {
  const narrowed = access === undefined ? "none" : find(access)
  return typeof narrowed === "string" ? [] : narrowed.values
}
