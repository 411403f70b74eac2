import { alyxError } from "../../errors.ts"
import { openReadConnection } from "../storage/sqlite/open-connection.ts"
import type { DumpJob } from "./data-job.ts"
import { writeCsvDump } from "./dump-csv.ts"
import { writeJsonDump } from "./dump-json.ts"
import { writeNdjsonDump } from "./dump-ndjson.ts"
import { openDumpSource } from "./dump-source.ts"
import type { DumpSource } from "./dump-source.ts"
import { writeSqlDump } from "./dump-sql.ts"
import type { TextOutput } from "./process-streams.ts"

/** A dump walks tables rather than coming back to the same pages. */
const cacheBytes = 8 * 1024 * 1024

/** What runDump speaks to. */
export interface DumpStreams {
  readonly output: TextOutput & { flush(): void }
  /** Called when nothing that can be wrong with the request is. */
  readonly ready: () => void
}

/** Writes a dump. All of it is one state of the database, that of its begin. */
export function runDump(job: DumpJob, { output, ready }: DumpStreams): void {
  const connection = openReadConnection(job.path, cacheBytes)
  try {
    connection.control("BEGIN")
    const source = openDumpSource(connection, job)
    if (job.format === "csv" && !job.isFramed && source.collections.length !== 1) throw severalTables(source)
    ready()
    writeAs(job, source, output)
    connection.control("COMMIT")
  } finally {
    connection.close()
  }
}

function writeAs({ format, isFramed }: DumpJob, source: DumpSource, output: DumpStreams["output"]): void {
  switch (format) {
    case "ndjson":
      return writeNdjsonDump(source, output)
    case "json":
      return writeJsonDump(source, output)
    case "sql":
      return writeSqlDump(source, output)
    case "csv":
      return writeCsvDump(source, output, { isFramed })
  }
}

function severalTables({ collections }: DumpSource): Error {
  const names = collections.map(({ name }) => name).join(", ")
  return alyxError("USAGE", {
    message: "A CSV file holds one collection.",
    next: `Name it with --collection (${names || "there is none"}), or name a folder that ends in a slash: alyx db dump --format csv out/`,
  })
}
