import { runTool } from "./run-tool.ts"

/** What is checked besides the tests. */
const checks = [
  { name: "types", file: "typescript/bin/tsc", args: ["--noEmit", "-p", "."] },
  { name: "types of what runs in functions", file: "typescript/bin/tsc", args: ["--noEmit", "-p", "runtimes/js"] },
  { name: "lint", file: "oxlint/bin/oxlint", args: ["--type-aware", "--quiet"] },
  { name: "format", file: "oxfmt/bin/oxfmt", args: ["--check"] },
]

export interface CheckResult {
  readonly name: string
  readonly passed: boolean
}

/** Runs every check, the later ones also when an earlier one fails. */
export async function runChecks(): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = []
  for (const { name, file, args } of checks) {
    process.stderr.write(`Checking ${name}…\n`)
    results.push({ name, passed: (await runTool({ file, args })) === 0 })
  }
  return results
}
