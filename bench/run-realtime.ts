import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { parseArgs } from "node:util"

import { renderRealtime } from "./realtime-report.ts"
import { fullScale, measureRealtime } from "./realtime.ts"

/**
 * node bench/run-realtime.ts [--subscribers 1000 --many 5000 --idle 10000 --rounds 30]
 *
 * The part of `npm run bench` about live queries alone, after `npm run bench` has installed the peer once and `npm run build`
 * has built Alyx. 5,000 clients need `ulimit -n 20000`.
 */
const { values } = parseArgs({
  options: {
    subscribers: { type: "string", default: String(fullScale.subscribers) },
    many: { type: "string", default: String(fullScale.many) },
    idle: { type: "string", default: String(fullScale.idle) },
    rounds: { type: "string", default: String(fullScale.rounds) },
  },
})

const folder = mkdtempSync(path.join(tmpdir(), "alyx-bench-live-"))
const pin = spawnSync("taskset", ["-V"]).status === 0 ? ["taskset", "-c", "0"] : []
try {
  const report = await measureRealtime(
    { folder, pin },
    {
      subscribers: Number(values.subscribers),
      many: Number(values.many),
      idle: Number(values.idle),
      rounds: Number(values.rounds),
    },
  )
  process.stdout.write(renderRealtime(report))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
