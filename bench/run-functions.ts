import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"

import { measureFunctions } from "./functions/measure.ts"
import { renderFunctions } from "./functions/render.ts"

/** `node bench/run-functions.ts`: functions alone. */
const folder = mkdtempSync(path.join(tmpdir(), "alyx-bench-"))
try {
  process.stdout.write(renderFunctions(await measureFunctions(folder)))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
