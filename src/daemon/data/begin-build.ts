import { isAlyxError } from "../../errors.ts"
import { DatabaseBuilder } from "./database-builder.ts"
import { invalidDump } from "./invalid-dump.ts"
import type { DumpPlace } from "./invalid-dump.ts"
import { readHead } from "./read-head.ts"

/** Begins a database with what a dump says of itself; a history that does not fit its tables is named as that. */
export function beginBuild(
  target: string,
  { head, place, nowIso }: { readonly head: unknown; readonly place: DumpPlace; readonly nowIso: string },
): DatabaseBuilder {
  const read = readHead(head, place)
  try {
    return new DatabaseBuilder(target, { head: read, nowIso })
  } catch (error) {
    if (!isOfContent(error)) throw error
    throw invalidDump(place, "The schema or its history in the dump is damaged.", error)
  }
}

/** Whether SQLite did not take what the file says; a fault of ours, or of the disk, is another matter. */
function isOfContent(error: unknown): boolean {
  if (isAlyxError(error)) return error.status < 500 && error.code !== "DATABASE_NEWER"
  return error instanceof Error && "code" in error && error.code === "ERR_SQLITE_ERROR"
}
