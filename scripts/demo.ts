import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import path from "node:path"

import { build, repositoryRoot } from "./build.ts"

/** The project that a clone is tried with. */
export const demo = path.join(repositoryRoot, "demo")

/** The launcher of `alyx` in the clone. */
const cli = path.join(repositoryRoot, "bin", "run.js")

/** Builds, and makes demo/ with the real `alyx init` when it is missing. */
export async function prepareDemo(): Promise<void> {
  const startedAt = performance.now()
  if (await build({ root: repositoryRoot, force: false })) {
    process.stderr.write(`Built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.\n`)
  }
  if (!existsSync(path.join(demo, "schema.yaml"))) await runToEnd(["init", "demo", "--template", "blog", "--yes"])
}

/**
 * Goes on as `alyx` in this process, so that Ctrl-C, the terminal and the exit code are its own. A clone has no command
 * `alyx`: what it says names `program` instead.
 */
export async function becomeAlyx(args: readonly string[], program = "npm run alyx --"): Promise<void> {
  process.env["RUN_ALYX_AS"] = program
  process.argv = [process.execPath, cli, ...args]
  await import(cli)
}

async function runToEnd(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: repositoryRoot,
    // What to do next, which it prints on stdout, is what comes next here anyway.
    stdio: ["ignore", "ignore", "inherit"],
  })
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve))
  if (code !== 0) throw new Error(`alyx ${args.join(" ")} ended with exit code ${String(code)}.`)
}
