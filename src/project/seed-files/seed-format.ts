import { extname } from "node:path"

import { alyxError } from "../../errors.ts"

/** How the documents of a seed file are written. */
export type SeedFormat = "json" | "yaml" | "csv" | "ndjson"

const formatsByExtension: Readonly<Record<string, SeedFormat>> = {
  ".json": "json",
  ".yaml": "yaml",
  ".yml": "yaml",
  ".csv": "csv",
  ".ndjson": "ndjson",
  ".jsonl": "ndjson",
}

/** Tells the format of a seed file by the end of its name. */
export function seedFormatOf(file: string): SeedFormat {
  const format = formatsByExtension[extname(file).toLowerCase()]
  if (format !== undefined) return format
  throw alyxError("USAGE", {
    message: `The format of ${file} cannot be told from its name.`,
    next: `Give it one of these endings: ${Object.keys(formatsByExtension).join(", ")}.`,
  })
}
