import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"

import { build, repositoryRoot } from "./build.ts"
import { runChecks } from "./checks.ts"
import { launcher } from "./launcher.ts"
import { runTool } from "./run-tool.ts"

/** How much of the long tests (random documents, crashes, fuzz) an ordinary run does. */
const ordinaryScale = "0.05"

/** Lines of src/ that the tests must run, in percent. */
const coveredLinesMin = 80

interface Totals {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

launcher.leaveWithLauncher()
const args = process.argv.slice(2).filter((argument) => argument !== "--long")
const scale = process.argv.includes("--long") ? "1" : (process.env["ALYX_TEST_SCALE"] ?? ordinaryScale)

await build({ root: repositoryRoot, force: false })
// With arguments (`npm test -- test/ui`) only these tests run: neither the checks nor the coverage mean anything then.
const whole = args.length === 0
const failedChecks = whole ? (await runChecks()).filter((check) => !check.passed).map((check) => check.name) : []
const run = await runTests()

if (failedChecks.length > 0) process.stdout.write(`\nFailed checks: ${failedChecks.join(", ")}\n`)
if (run.exitCode !== 0 && run.totals.failed === 0) process.stdout.write("\nThe test run failed; see above.\n")
process.stdout.write(`\n${totalsLine(run.totals)}\n`)
process.exitCode = run.exitCode === 0 && run.totals.failed === 0 && failedChecks.length === 0 ? 0 : 1

async function runTests(): Promise<{ totals: Totals; exitCode: number }> {
  const folder = await mkdtemp(path.join(tmpdir(), "alyx-test-"))
  const report = path.join(folder, "report.json")
  const coverage = [
    "--coverage.enabled",
    "--coverage.reportOnFailure",
    `--coverage.thresholds.lines=${coveredLinesMin}`,
  ]
  try {
    const exitCode = await runTool({
      file: "vitest/vitest.mjs",
      args: [
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
        ...(whole ? coverage : []),
        ...args,
      ],
      env: { ALYX_TEST_SCALE: scale },
    })
    return { totals: await readTotals(report), exitCode }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** A run that ends without a report counts as one failure. */
async function readTotals(report: string): Promise<Totals> {
  const text = await readFile(report, "utf8").catch(() => undefined)
  if (text === undefined) return { passed: 0, failed: 1, skipped: 0 }
  const json = JSON.parse(text) as {
    numPassedTests: number
    numFailedTests: number
    numPendingTests: number
    numTodoTests: number
    testResults: readonly { status: string; assertionResults: readonly unknown[] }[]
  }
  // A file that cannot be loaded has no tests in it; it must not pass unseen.
  const brokenFiles = json.testResults.filter(
    ({ status, assertionResults }) => status === "failed" && assertionResults.length === 0,
  )
  return {
    passed: json.numPassedTests,
    failed: json.numFailedTests + brokenFiles.length,
    skipped: json.numPendingTests + json.numTodoTests,
  }
}

function totalsLine({ passed, failed, skipped }: Totals): string {
  return `${passed} passed, ${failed} failed${skipped === 0 ? "" : `, ${skipped} skipped`}`
}
