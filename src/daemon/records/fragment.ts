import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { ReadAccess } from "./access.ts"

/**
 * A piece of SQL with what is bound to its placeholders, in their order. Pieces are put together with the template tag
 * `sql`, so that text and values cannot come apart wherever a piece ends up in a statement. The text depends on the
 * shapes of the accesses alone and is kept; the values are those of one request.
 */
export interface Fragment {
  readonly sql: string
  readonly binds: readonly Bind[]
}

/** Takes the values of some placeholders out of what a request binds. */
export type Bind = (bound: Bound) => readonly StoredValue[]

/** What a request puts in, besides what its accesses bind. */
export type Slot = "key" | "conditions" | "keyset" | "cut"

/** The values of one request. */
export interface Bound {
  /** Of the collection itself, then of every expansion by its index. */
  readonly accesses: readonly ReadAccess[]
  readonly slots: { readonly [slot in Slot]?: readonly StoredValue[] }
}

/** Puts pieces together. A text or number becomes a part of the SQL as it is: never a value of a request. */
export function sql(texts: TemplateStringsArray, ...parts: readonly (string | number | Fragment)[]): Fragment {
  let text = texts[0] ?? ""
  const binds: Bind[] = []
  for (const [index, part] of parts.entries()) {
    if (typeof part === "object") {
      text += part.sql
      binds.push(...part.binds)
    } else text += part
    text += texts[index + 1] ?? ""
  }
  return { sql: text, binds }
}

/** A piece whose placeholders take the values of a slot. */
export function slotSql(slot: Slot, text: string): Fragment {
  return { sql: text, binds: [({ slots }) => slots[slot] ?? []] }
}

/** Joins pieces, such as conditions with ` AND `. */
export function joinSql(fragments: readonly Fragment[], separator: string): Fragment {
  return {
    sql: fragments.map((fragment) => fragment.sql).join(separator),
    binds: fragments.flatMap(({ binds }) => binds),
  }
}

/** The values of a whole statement. */
export function valuesOf({ binds }: Fragment, bound: Bound): readonly StoredValue[] {
  const [first] = binds
  if (first === undefined) return []
  return binds.length === 1 ? first(bound) : binds.flatMap((bind) => bind(bound))
}
