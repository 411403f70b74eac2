import { backup } from "node:sqlite"

import { openPlainConnection } from "./open-connection.ts"
import { translateSqliteError } from "./sqlite-errors.ts"

/** Pages that are copied at a time, in the thread pool: 4 MB. */
const pagesAtOnce = 1_024

/** What replaceContent is told. */
export interface ReplaceOptions {
  /** The file whose content is taken; nobody else has it open. */
  readonly source: string
  /** The database that is served. */
  readonly path: string
  /** Called with how much has been copied, from 0 to 1. */
  readonly onProgress?: (ratio: number) => void
}

/**
 * Replaces everything in a database by the content of another file of the same page size. All of it is one transaction
 * in the log of the database: every reader, and whoever opens it after a crash, finds either the one or the other.
 * SQLite's backup works on pages, so it also takes what the other file has of tables and triggers.
 */
export async function replaceContent({ source, path, onProgress }: ReplaceOptions): Promise<void> {
  const from = openPlainConnection(source, { readOnly: true })
  try {
    await backup(from, path, {
      rate: pagesAtOnce,
      progress: ({ totalPages, remainingPages }) => onProgress?.(1 - remainingPages / Math.max(1, totalPages)),
    })
  } catch (error) {
    throw translateSqliteError(error)
  } finally {
    from.close()
  }
}
