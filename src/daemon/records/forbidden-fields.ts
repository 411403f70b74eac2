import { alyxError } from "../../errors.ts"
import type { ExplainedRule } from "../../rules/rules.ts"
import type { Field } from "../../schema/schema.ts"
import type { ReadAccess } from "./access.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import type { Expansion } from "./expand.ts"
import type { Selection } from "./selection.ts"

/** Refuses fields that the caller never sees. */
export function requireReadableFields(plan: CollectionPlan, access: ReadAccess, fields: Iterable<Field>): void {
  const hidden = [...fields].filter((field) => access.field(field) === "none")
  if (hidden.length > 0) throw forbiddenFields(plan, { use: "read", fields: hidden })
}

/** Refuses fields that the caller does not see in every document: their order would tell the values of the others. */
export function requireSortableFields(plan: CollectionPlan, access: ReadAccess, fields: Iterable<Field>): void {
  const hidden = [...fields].filter((field) => access.field(field) !== "all")
  if (hidden.length > 0) throw forbiddenFields(plan, { use: "sort by", fields: hidden })
}

/** Refuses relations that follow a field which the caller never sees: who can follow it knows its value. */
export function requireReadableRelations({ plan, expansions }: Selection, accesses: readonly ReadAccess[]): void {
  const judge = (parent: CollectionPlan, access: ReadAccess, children: readonly Expansion[]): void => {
    for (const { relation, target, index, children: grandchildren } of children) {
      const other = accesses[index]!
      requireReadableFields(parent, access, [parent.collection.fields.get(relation.localField)!])
      requireReadableFields(target, other, [target.collection.fields.get(relation.foreignField)!])
      judge(target, other, grandchildren)
    }
  }
  judge(plan, accesses[0]!, expansions)
}

/** Fields, and what the caller may not do with them. */
export interface ForbiddenUse {
  readonly use: "read" | "filter by" | "sort by" | "write"
  readonly fields: readonly Field[]
  /** In dev, of the first field: the rule with the value of every part. */
  readonly rule?: ExplainedRule
}

/** The error for fields that the caller may not use in this way. */
export function forbiddenFields({ collection: { name: collection } }: CollectionPlan, forbidden: ForbiddenUse): Error {
  const { use, fields, ...explained } = forbidden
  const names = fields.map(({ name }) => name)
  return alyxError("FORBIDDEN_FIELD", {
    message: `A rule of ${collection} does not let the caller ${use} ${names.join(", ")}.`,
    next: "Leave it out of the request, or ask as somebody who may.",
    details: { collection, fields: names, ...explained },
  })
}
