import { createHash } from "node:crypto"

import { alyxError } from "../../errors.ts"
import type { Operation, PlacedOperation } from "./migration.ts"
import { isOperationJson } from "./operation-form.ts"

/** An operation as plain JSON, without its place: for the history in the database. */
export function operationToJson(operation: Operation | PlacedOperation): Operation {
  const { at: _, ...plain } = { at: null, ...operation }
  return plain
}

/** Reads what operationToJson wrote. A history may have come with a backup, so that its form is checked. */
export function operationFromJson(json: unknown): Operation {
  if (isOperationJson(json)) return Object.freeze(json)
  throw alyxError("DATABASE_CORRUPT", {
    message: "An operation of the history in the database is damaged.",
    next: "Restore a backup: alyx db restore .alyx/backups/<file>",
  })
}

/** Of name and operations, without places: what may not change once a migration was applied. */
export function migrationChecksum(name: string, operations: readonly (Operation | PlacedOperation)[]): string {
  const text = canonical({ name, operations: operations.map(operationToJson) })
  return createHash("sha256").update(text).digest("hex")
}

/** JSON with sorted keys: the order in which a file gives them means nothing. */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  const sorted = entries.toSorted(([a], [b]) => (a < b ? -1 : 1))
  return `{${sorted.map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`).join(",")}}`
}
