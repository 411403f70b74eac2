import { isAlyxError } from "../../errors.ts"
import { SqlStatements } from "../../lib/sql-statements.ts"
import type { SqlStatement } from "../../lib/sql-statements.ts"
import { openConsole } from "../storage/sqlite/console-connection.ts"
import type { ConsoleConnection } from "../storage/sqlite/console-connection.ts"
import { openBuildConnection } from "../storage/sqlite/open-connection.ts"
import type { BuildStreams } from "./build-database.ts"
import { documentsPerProgress } from "./build-from-ndjson.ts"
import type { BuildJob, BuiltDatabase } from "./data-job.ts"
import { finishCopied } from "./finish-copied.ts"
import { invalidDump } from "./invalid-dump.ts"

/** Makes a database of the script of a dump: only tables, indexes, triggers and rows are made, whatever else it says. */
export function buildFromSql({ target, name }: BuildJob, { input, onProgress }: BuildStreams): BuiltDatabase {
  openBuildConnection(target).close()
  const console = openConsole(target, "script")
  try {
    runScript(console, { input, name, onProgress })
  } finally {
    console.close()
  }
  return finishCopied(openBuildConnection(target), { name, onProgress })
}

function runScript(
  console: ConsoleConnection,
  { input, name, onProgress }: BuildStreams & { readonly name: string },
): void {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  const statements = new SqlStatements()
  let count = 0
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
    for (const statement of statements.push(decoder.decode(chunk, { stream: true }))) run(statement)
  }
  const rest = statements.rest()
  if (rest !== undefined) run(rest)
}
