import { alyxError } from "../errors.ts"
import { applyOperation } from "../schema/migrations/apply-operation.ts"
import type { Migration } from "../schema/migrations/migration.ts"
import type { Schema } from "../schema/schema.ts"

/** The schema that pending files lead to, which is where the next file begins. Throws what one of them cannot do. */
export function schemaAfter(applied: Schema, pending: readonly Migration[]): Schema {
  return pending
    .flatMap(({ operations }) => operations)
    .reduce((schema, operation) => {
      const done = applyOperation(schema, operation)
      if (done.ok) return done.effect.schema
      throw alyxError("MIGRATION_INVALID", {
        message: "A pending migration cannot be applied, so there is nothing to begin the next one from.",
        next: "Mend it first: alyx migrate plan shows what is pending.",
        problems: [done.problem],
      })
    }, applied)
}
