import type { Narrowed } from "../../rules/rules.ts"
import type { Field } from "../../schema/schema.ts"
import type { Caller } from "../caller.ts"
import type { CollectionPlan } from "./collection-plan.ts"

/**
 * What one caller may see of a collection: its read rule and the read rules of its fields, narrowed by what is known of
 * the caller and the request. Admins see everything.
 */
export interface ReadAccess {
  /** Callers with equal keys see the same documents in the same way: names, shapes and values of all that follows. */
  readonly key: string
  /** The same without values: what the SQL depends on. */
  readonly shape: string
  readonly rows: Narrowed
  /** How a field is seen in a document that is: always, never, or where a condition holds. */
  field(field: Field): Narrowed
}

/**
 * Narrows the rules of a collection for a caller; fulfilled by read-access.ts. A rule that is no SQL lets nothing be seen
 * here: what it lets through is worked out for the rows of one request (judged-access.ts).
 */
export type ReadAccessOf = (plan: CollectionPlan, caller: Caller) => ReadAccess
