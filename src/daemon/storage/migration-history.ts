import { alyxError } from "../../errors.ts"
import type { AppliedMigration } from "../../protocol/migrations-api.ts"
import type { Operation } from "../../schema/migrations/migration.ts"
import { operationFromJson, operationToJson } from "../../schema/migrations/operation-json.ts"
import { sqlQuery } from "./database.ts"
import type { Reader, Transaction } from "./database.ts"
import { systemTables } from "./system-tables.ts"

/** What undoes one operation, as the history keeps it; or why it cannot be undone, and which one it is. */
export type KeptInverse =
  | { readonly kind: "operations"; readonly operations: readonly Operation[] }
  | { readonly kind: "none"; readonly line: string; readonly reason: string }

/** A file that was applied and holds. */
export interface AppliedFile {
  readonly id: number
  readonly number: number
  readonly name: string
  readonly checksum: string
  /** In the order in which they are run. */
  readonly inverses: readonly KeptInverse[]
}

/** What a new entry of the history says. */
export interface NewEntry {
  readonly kind: "file" | "schema" | "rollback"
  readonly number: number | null
  readonly name: string
  readonly lines: readonly string[]
  readonly schemaHash: string
  readonly now: Date
  readonly file?: {
    readonly checksum: string
    readonly operations: readonly Operation[]
    readonly inverses: readonly KeptInverse[]
  }
}

/** How many entries are shown: more than anybody reads. */
const shownEntryCountMax = 1_000

/** The last entries of the history, newest last. */
export function readHistory(reader: Reader): readonly AppliedMigration[] {
  const query = systemTables
    .selectFrom("_alyx_migrations")
    .select(["id", "kind", "number", "name", "changes", "applied_at", "rolled_back_at"])
    .orderBy("id", "desc")
    .limit(shownEntryCountMax)
  return reader
    .all(query.compile())
    .map(({ id, kind, number, name, changes, applied_at, rolled_back_at }) => ({
      id,
      kind,
      number,
      name,
      changes: linesOf(JSON.parse(changes)),
      appliedAt: applied_at,
      rolledBackAt: rolled_back_at,
    }))
    .toReversed()
}

function linesOf(json: unknown): readonly string[] {
  if (Array.isArray(json) && json.every((line) => typeof line === "string")) return json
  throw damagedHistory()
}

/** Every file that was applied and not undone since, in the order in which they were applied. */
export function readAppliedFiles(reader: Reader): readonly AppliedFile[] {
  const query = systemTables
    .selectFrom("_alyx_migrations")
    .select(["id", "number", "name", "file_checksum", "inverse"])
    .where("kind", "=", "file")
    .where("rolled_back_at", "is", null)
    .orderBy("id")
  return reader.all(query.compile()).map(({ id, number, name, file_checksum, inverse }) => ({
    id,
    number: number ?? 0,
    name,
    checksum: file_checksum ?? "",
    inverses: inversesOf(JSON.parse(inverse ?? "[]")),
  }))
}

function inversesOf(json: unknown): readonly KeptInverse[] {
  if (!Array.isArray(json)) throw damagedHistory()
  return json.map((inverse: Partial<KeptInverse> | null): KeptInverse => {
    if (inverse?.kind === "operations" && Array.isArray(inverse.operations)) {
      return { kind: "operations", operations: inverse.operations.map(operationFromJson) }
    }
    if (inverse?.kind !== "none" || typeof inverse.line !== "string" || typeof inverse.reason !== "string") {
      throw damagedHistory()
    }
    return { kind: "none", line: inverse.line, reason: inverse.reason }
  })
}

function damagedHistory(): Error {
  return alyxError("DATABASE_CORRUPT", {
    message: "The history of the schema in the database is damaged.",
    next: "Restore a backup: alyx db restore .alyx/backups/<file>",
  })
}

/** Tells two states of the history apart. */
export function historyMark(reader: Reader): string {
  const row = reader.get(
    sqlQuery<{ mark: string }>(
      "SELECT coalesce(max(id), 0) || '.' || count(rolled_back_at) AS mark FROM _alyx_migrations",
    ),
  )
  return row?.mark ?? ""
}

/** Adds an entry to the history. */
export function addEntry(transaction: Transaction, entry: NewEntry): void {
  const history = systemTables.selectFrom("_alyx_migrations").select((row) => row.fn.max("id").as("last"))
  const id = (transaction.get(history.compile())?.last ?? 0) + 1
  const { kind, number, name, lines, schemaHash, now, file } = entry
  const row = {
    id,
    version: `${kind}-${id}`,
    kind,
    number,
    name,
    checksum: schemaHash,
    changes: JSON.stringify(lines),
    applied_at: now.toISOString(),
    file_checksum: file?.checksum ?? null,
    operations: file === undefined ? null : JSON.stringify(file.operations.map(operationToJson)),
    inverse: file === undefined ? null : JSON.stringify(file.inverses),
  }
  transaction.run(systemTables.insertInto("_alyx_migrations").values(row).compile())
}

/** Marks an applied file as undone. */
export function markRolledBack(transaction: Transaction, id: number, now: Date): void {
  transaction.run(
    systemTables
      .updateTable("_alyx_migrations")
      .set({ rolled_back_at: now.toISOString() })
      .where("id", "=", id)
      .compile(),
  )
}
