import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { parseArgs } from "node:util"

import { measureFunctions } from "./functions/measure.ts"
import { renderFunctions } from "./functions/render.ts"
import { writeFunctionsReport } from "./report.ts"

/** `node bench/run-functions.ts [--write]`: functions alone; `--write` puts the tables into docs/benchmarks.md. */
const { values } = parseArgs({ options: { write: { type: "boolean", default: false } } })
const folder = mkdtempSync(path.join(tmpdir(), "alyx-bench-"))
try {
  const report = await measureFunctions(folder)
  process.stdout.write(renderFunctions(report))
  if (values.write) writeFunctionsReport(report)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
