import type { Collection } from "../schema.ts"
import type { FieldSource, TableEffect } from "./operation-effect.ts"

/** What becomes of a table: every field keeps its column, but for those that `special` says more of. */
export function tableEffect(
  before: Collection,
  after: Collection,
  special: Readonly<Record<string, FieldSource>> = {},
): TableEffect {
  const sources = new Map<string, FieldSource>()
  for (const name of after.fields.keys()) {
    sources.set(name, Object.hasOwn(special, name) ? special[name]! : { kind: "column", name })
  }
  return Object.freeze({ from: before.name, to: after.name, sources })
}
