import { alyxError, isAlyxError } from "../../errors.ts"
import { latestSeq } from "../storage/changes.ts"
import type { SqliteConnection } from "../storage/sqlite/sqlite-connection.ts"
import type { SqliteDatabase } from "../storage/sqlite/sqlite-database.ts"
import type { DataProcess } from "./data-processes.ts"
import { QueryDeadline } from "./query-deadline.ts"

/** A statement of a person. */
export interface AskedQuery {
  readonly sql: string
  readonly parameters?: readonly (string | number | boolean | null)[]
  readonly mayWrite: boolean
  readonly rowCountMax: number
  readonly timeoutMs: number
  readonly requestId: string
}

/** A statement that runs, and its time. */
export interface RunningQuery {
  readonly process: DataProcess
  readonly deadline: QueryDeadline
}

/** A statement that writes: what it is, who waits for it, and what runs it. */
export interface WantedWrite {
  readonly asked: AskedQuery
  readonly signal: AbortSignal
  readonly start: () => DataProcess
}

/**
 * Runs a statement that may write while other writes wait, and resolves when it is on the disk. Its time, and the
 * leaving of its client, end it only until its commit begins: whoever is told that nothing was written can rely on it.
 */
export async function writeQuery(engine: SqliteDatabase, wanted: WantedWrite): Promise<RunningQuery> {
  const { query, wrote } = await engine.exclusive((connection) => untilCommitted(connection, wanted))
  if (wrote) engine.tellCommit()
  if ("failure" in query) throw query.failure
  return query
}

async function untilCommitted(
  connection: SqliteConnection,
  { asked, signal, start }: WantedWrite,
): Promise<{ readonly query: RunningQuery | { readonly failure: unknown }; readonly wrote: boolean }> {
  if (signal.aborted) throw clientLeft()
  const seqBefore = latestSeq(connection)
  const process = start()
  const deadline = new QueryDeadline(process, asked.timeoutMs)
  const left = (): void => process.kill(clientLeft())
  signal.addEventListener("abort", left)
  const holdOn = (): void => {
    deadline.pause()
    signal.removeEventListener("abort", left)
  }
  void process.committing.then(holdOn, () => undefined)
  try {
    const wrote = await process.committed
    return { query: { process, deadline }, wrote }
  } catch (error) {
    // It may have been ended, or have died, between the commit and telling of it. Nobody else writes meanwhile.
    const wrote = latestSeq(connection) > seqBefore
    return { query: { failure: wrote ? writtenAllTheSame(error) : error }, wrote }
  } finally {
    holdOn()
  }
}

function writtenAllTheSame(cause: unknown): unknown {
  if (!isAlyxError(cause)) return cause
  return alyxError(cause.code, {
    message: "The statement was written to the database, but its answer could not be given.",
    next: "Look at the documents before you run it again.",
    cause,
  })
}

function clientLeft(): Error {
  return alyxError("BAD_REQUEST", { message: "The client left before the statement was committed." })
}
