import { isAlyxError } from "../../errors.ts"
import { SqlStatements } from "../../lib/sql-statements.ts"
import type { SqlStatement } from "../../lib/sql-statements.ts"
import { openConsole } from "../storage/sqlite/console-connection.ts"
import type { ConsoleConnection } from "../storage/sqlite/console-connection.ts"
import { openBuildConnection } from "../storage/sqlite/open-connection.ts"
import type { BuildStreams } from "./build-database.ts"
import { documentsPerProgress } from "./build-from-ndjson.ts"
import type { BuildJob, BuiltDatabase } from "./data-job.ts"
import { endsEarly, readSqlEnd, requireSqlCount } from "./dump-end.ts"
import { sqlDumpMark } from "./dump-sql.ts"
import { finishCopied } from "./finish-copied.ts"
import { invalidDump } from "./invalid-dump.ts"
import type { DumpPlace } from "./invalid-dump.ts"

/** Makes a database of the script of a dump: only tables, indexes, triggers and rows are made, whatever else it says. */
export function buildFromSql({ target, name }: BuildJob, { input, onProgress }: BuildStreams): BuiltDatabase {
  openBuildConnection(target).close()
  const console = openConsole(target, "script")
  let tail: ScriptTail
  try {
    tail = runScript(console, { input, name, onProgress })
  } finally {
    console.close()
  }
  const place = { name, line: tail.line }
  const documentCount = readSqlEnd(tail.text)
  if (documentCount === undefined && tail.isDump) throw endsEarly(place)
  const built = finishCopied(openBuildConnection(target), { name, onProgress })
  requireSqlCount(documentCount, built.collections, place)
  return built
}

/** The last characters of a script, how many lines it has, and whether it began as a dump does. */
interface ScriptTail {
  readonly isDump: boolean
  readonly text: string
  readonly line: number
}

/** A row of a dump is shorter: the largest blob has 72 MB, and two characters a byte. */
const statementLengthMax = 200_000_000

/** The line that a script ends with is shorter. */
const tailLength = 200

function runScript(
  console: ConsoleConnection,
  { input, name, onProgress }: BuildStreams & { readonly name: string },
): ScriptTail {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  const statements = new SqlStatements()
  let count = 0
  let tail = ""
  let head = ""
  let lineCount = 1
  /** Of what may be one statement that goes on and on. */
  let openLength = 0
  const run = ({ sql, line }: SqlStatement): void => {
    try {
      console.execute(sql)
    } catch (error) {
      if (!isAlyxError(error) || error.status >= 500) throw error
      throw invalidDump({ name, line }, error.problems[0]?.message ?? error.message, error)
    }
    count += 1
    if (count % documentsPerProgress === 0) onProgress(`Reading statements: ${count}`)
  }
  for (let chunk = input.next(); chunk !== null; chunk = input.next()) {
    const text = decode(decoder, chunk, { name, line: lineCount })
    if (head.length < sqlDumpMark.length) head += text.slice(0, sqlDumpMark.length)
    tail = (tail + text.slice(-tailLength)).slice(-tailLength)
    for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) lineCount += 1
    let isComplete = false
    for (const statement of statements.push(text)) {
      run(statement)
      isComplete = true
    }
    openLength = isComplete ? 0 : openLength + text.length
    if (openLength > statementLengthMax) {
      throw invalidDump({ name, line: lineCount }, "The statement is longer than 200 million characters.")
    }
  }
  decode(decoder, null, { name, line: lineCount })
  const rest = statements.rest()
  if (rest !== undefined) run(rest)
  return { isDump: head.startsWith(sqlDumpMark), text: tail, line: lineCount }
}

/** Null is the end, at which no character may be half there. */
function decode(decoder: TextDecoder, chunk: Buffer | null, place: DumpPlace): string {
  try {
    return chunk === null ? decoder.decode() : decoder.decode(chunk, { stream: true })
  } catch (error) {
    throw invalidDump(place, "The script is not valid UTF-8.", error)
  }
}
