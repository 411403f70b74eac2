import type { BuildJob, BuiltDatabase } from "./data-job.ts"
import { buildFromCopy } from "./build-from-copy.ts"
import { buildFromJson } from "./build-from-json.ts"
import { buildFromNdjson } from "./build-from-ndjson.ts"
import { buildFromSql } from "./build-from-sql.ts"
import type { ProcessInput } from "./process-streams.ts"

/** Where a build takes its input from, and whom it tells how far it is. */
export interface BuildStreams {
  readonly input: Pick<ProcessInput, "next">
  readonly onProgress: (message: string) => void
}

/** Makes a database file of a dump or a backup; throws, naming the place, when it is not a good one. */
export function buildDatabase(job: BuildJob, streams: BuildStreams): BuiltDatabase {
  switch (job.format) {
    case "ndjson":
      return buildFromNdjson(job, streams)
    case "json":
      return buildFromJson(job, streams)
    case "sql":
      return buildFromSql(job, streams)
    case "db":
      return buildFromCopy(job, streams)
  }
}
