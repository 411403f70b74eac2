import { alyxError } from "../../errors.ts"
import { splitSql } from "../../lib/sql-statements.ts"
import type { QueryEnd, QueryHead } from "../../protocol/data-api.ts"
import type { SqlValue } from "../storage/database.ts"
import { openConsole } from "../storage/sqlite/console-connection.ts"
import type { ConsoleConnection, ConsoleStatement } from "../storage/sqlite/console-connection.ts"
import type { QueryJob } from "./data-job.ts"
import type { TextOutput } from "./process-streams.ts"

/** What the rows of a statement that writes may take: they are kept until it is committed. */
const keptTextLengthMax = 32 * 1024 * 1024

/** What the values of one row may take: as JSON it is a text, which has a limit of its own. */
const rowBytesMax = 128 * 1024 * 1024

/** What runQuery speaks to. */
export interface QueryStreams {
  readonly output: TextOutput
  readonly ready: () => void
  readonly committing: () => void
  readonly committed: (wrote: boolean) => void
}

/** Runs the statement of a person and writes its head, its rows and its end, a line each. */
export function runQuery(job: QueryJob, streams: QueryStreams): void {
  const sql = onlyStatement(job.sql)
  const connection = openConsole(job.path, job.mayWrite ? "write" : "read")
  try {
    if (job.mayWrite) runWriting(connection, { ...job, sql }, streams)
    else runReading(connection, { ...job, sql }, streams)
  } finally {
    connection.close()
  }
}

function onlyStatement(text: string): string {
  const statements = splitSql(text)
  if (statements.length === 1) return text
  throw alyxError("QUERY_INVALID", {
    message: statements.length === 0 ? "There is no statement." : `These are ${statements.length} statements.`,
    next: "Send one statement at a time; alyx db query - and alyx db shell take scripts.",
  })
}

function runReading(connection: ConsoleConnection, job: QueryJob, { output, ready }: QueryStreams): void {
  const begin = performance.now()
  const statement = connection.prepare(job.sql)
  const rows = limitedRows(statement, job)
  // What is wrong with the first row still becomes an answer of its own.
  const lines = rows[Symbol.iterator]()
  let next = lines.next()
  ready()
  writeLine(output, { columns: statement.columns } satisfies QueryHead)
  while (next.done !== true) {
    output.write(next.value)
    next = lines.next()
  }
  writeLine(output, endOf(next.value, { changes: null, begin }))
}

/** Nobody's slowness in taking the rows may keep the writes of others waiting: they are written after the commit. */
function runWriting(
  connection: ConsoleConnection,
  job: QueryJob,
  { output, ready, committing, committed }: QueryStreams,
): void {
  const begin = performance.now()
  connection.beginWriting()
  const statement = connection.prepare(job.sql)
  const lines: string[] = []
  let textLength = 0
  const rows = limitedRows(statement, job)
  let next = rows.next()
  for (; next.done !== true; next = rows.next()) {
    lines.push(next.value)
    textLength += next.value.length
    if (textLength > keptTextLengthMax) {
      throw alyxError("ANSWER_TOO_LARGE", {
        message: "The statement gives back more than 32 MB; nothing was written.",
        next: "Leave out RETURNING, or return less.",
      })
    }
  }
  committing()
  const { changes, wrote } = connection.commitWriting(job.requestId)
  committed(wrote)
  ready()
  writeLine(output, { columns: statement.columns } satisfies QueryHead)
  for (const line of lines) output.write(line)
  writeLine(output, endOf(next.value, { changes, begin }))
}

/** Whole numbers are bound as such: a half of 5 is 2, as in SQL. */
function boundValue(value: string | number | boolean | null): SqlValue {
  if (typeof value === "boolean") return value ? 1n : 0n
  return Number.isSafeInteger(value) ? BigInt(value as number) : value
}

interface RowsEnd {
  readonly rowCount: number
  readonly truncated: boolean
}

function* limitedRows(
  statement: ConsoleStatement,
  { rowCountMax, parameters = [] }: Pick<QueryJob, "rowCountMax" | "parameters">,
): Generator<string, RowsEnd> {
  let rowCount = 0
  let truncated = false
  for (const row of statement.rows(parameters.map(boundValue))) {
    // A statement that writes has to run to its end.
    truncated = rowCount >= rowCountMax
    if (truncated && !statement.writes) break
    if (truncated) continue
    rowCount += 1
    requireRowSize(row)
    yield `${JSON.stringify(row.map(wireValue))}\n`
  }
  return { rowCount, truncated }
}

function requireRowSize(row: readonly SqlValue[]): void {
  let bytes = 0
  for (const value of row) if (typeof value === "string" || value instanceof Uint8Array) bytes += value.length
  if (bytes <= rowBytesMax) return
  throw alyxError("ANSWER_TOO_LARGE", {
    message: `A row has more than ${rowBytesMax / 1024 ** 2} MB.`,
    next: "Read fewer columns at a time.",
  })
}

/** What JSON cannot hold is an object of one member that says what it is. */
function wireValue(value: SqlValue): unknown {
  if (typeof value === "bigint") {
    const narrow = Number(value)
    return Number.isSafeInteger(narrow) ? narrow : { integer: String(value) }
  }
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") }
  if (typeof value === "number" && !Number.isFinite(value)) return { real: String(value) }
  return value
}

function endOf(
  { rowCount, truncated }: RowsEnd,
  { changes, begin }: { readonly changes: number | null; readonly begin: number },
): QueryEnd {
  return { rowCount, truncated, changes, durationMs: Math.round((performance.now() - begin) * 1_000) / 1_000 }
}

function writeLine(output: TextOutput, value: unknown): void {
  output.write(`${JSON.stringify(value)}\n`)
}
