import type { Schema } from "../../schema/schema.ts"

/**
 * Orders collections so that those that others point to come first. A cycle is broken where a reference may be null:
 * the schema has no cycle of required ones.
 */
export function collectionOrder(schema: Schema): readonly string[] {
  const waiting = new Set(schema.collections.keys())
  const order: string[] = []
  while (waiting.size > 0) {
    const names = [...waiting]
    const next =
      names.find((name) => !pointsInto(schema, name, waiting, { requiredOnly: false })) ??
      names.find((name) => !pointsInto(schema, name, waiting, { requiredOnly: true })) ??
      names[0]!
    waiting.delete(next)
    order.push(next)
  }
  return order
}

function pointsInto(
  schema: Schema,
  name: string,
  waiting: ReadonlySet<string>,
  { requiredOnly }: { readonly requiredOnly: boolean },
): boolean {
  for (const { references, nullable } of schema.collections.get(name)!.fields.values()) {
    if (references === null || references.collection === name || (requiredOnly && nullable)) continue
    if (waiting.has(references.collection)) return true
  }
  return false
}
