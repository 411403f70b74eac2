import { isAlyxError } from "../../errors.ts"
import type { Clock } from "../../lib/clock.ts"
import type { DaemonMode } from "../../protocol/admin-api.ts"
import type { OnProgress } from "../../protocol/progress.ts"
import type { Schema } from "../../schema/schema.ts"
import type { Findings } from "./findings.ts"
import { readSchema } from "./read-schema.ts"
import type { ServedDatabase } from "./served-database.ts"
import { applySchema, readAppliedSchema } from "../storage/sqlite/apply-schema.ts"
import type { ReloadReport } from "./reload-report.ts"
import { toWireError } from "../../protocol/wire-error.ts"

export interface FirstSchemaParts {
  readonly root: string
  readonly mode: DaemonMode
  readonly database: ServedDatabase
  readonly findings: Findings
  readonly report: (report: ReloadReport) => void
  readonly clock: Clock
  /** Told how far a change of large tables is. */
  readonly onProgress: OnProgress
}

/**
 * Brings the database to schema.yaml for the first time. Under `alyx start` what cannot be applied stops the start; in
 * dev the schema that the database was last brought to is served, and the problem is shown until the file is mended.
 * A command's own daemon leaves the database as it is.
 */
export async function firstSchema(parts: FirstSchemaParts): Promise<Schema> {
  const { root, mode, database, findings, report, clock, onProgress } = parts
  if (mode === "tool") return readAppliedSchema(database.engine)
  const begin = performance.now()
  try {
    const { schema, notices } = readSchema(root)
    const { changes } = await applySchema(database.engine, schema, { clock, onProgress })
    findings.setGood("schema", notices)
    const outcome = changes.length > 0 ? "applied" : "unchanged"
    report({ cause: "start", outcome, durationMs: performance.now() - begin, changes })
    return schema
  } catch (error) {
    if (mode === "start" || !isAlyxError(error)) throw error
    const shown = toWireError(error)
    findings.setBad("schema", shown)
    const durationMs = performance.now() - begin
    report({ cause: "start", outcome: "refused", durationMs, changes: [], error: shown })
    return readAppliedSchema(database.engine)
  }
}
