import type { Clock } from "../../lib/clock.ts"
import type { Reload } from "./reload.ts"
import type { Findings } from "./findings.ts"
import { readSchema } from "./read-schema.ts"
import type { OnProgress } from "../../protocol/progress.ts"
import type { SchemaHolder } from "../schema-holder.ts"
import type { ServedDatabase } from "./served-database.ts"
import { applySchema } from "../storage/sqlite/apply-schema.ts"
import { toWireError } from "../../protocol/wire-error.ts"

export interface SchemaReloadParts {
  readonly root: string
  readonly database: ServedDatabase
  readonly schemas: SchemaHolder
  readonly findings: Findings
  readonly clock: Clock
  /** Told how far a change of large tables is. */
  readonly onProgress: OnProgress
}

/** Follows schema.yaml: reads it, brings the database to it, serves it. On failure the last good one goes on. */
export function schemaReload(parts: SchemaReloadParts): Reload {
  const { root, database, schemas, findings, clock, onProgress } = parts
  return async (isCurrent) => {
    try {
      const { schema, notices } = readSchema(root)
      if (!isCurrent()) return { changes: [] }
      const onApplied = (): void => schemas.swap(schema)
      const { changes } = await applySchema(database.engine, schema, { clock, onApplied, onProgress })
      findings.setGood("schema", notices)
      return { changes }
    } catch (error) {
      findings.setBad("schema", toWireError(error))
      throw error
    }
  }
}
