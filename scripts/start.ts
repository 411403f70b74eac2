import { spawn } from "node:child_process"
import { existsSync } from "node:fs"
import path from "node:path"

import { build, repositoryRoot } from "./build.ts"

// `npm start`: builds, makes demo/ with the real `alyx init`, and goes on as `alyx dev` there.
const cli = path.join(repositoryRoot, "bin", "run.js")
const demo = path.join(repositoryRoot, "demo")

const startedAt = performance.now()
if (await build({ root: repositoryRoot, force: false })) {
  process.stderr.write(`Built in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.\n`)
}
if (!existsSync(path.join(demo, "schema.yaml"))) await runToEnd(["init", "demo", "--template", "blog", "--yes"])

// In this process, so that Ctrl-C, the terminal and the exit code are those of `alyx dev` itself.
process.argv = [process.execPath, cli, "dev", "--cwd", demo, ...process.argv.slice(2)]
await import(cli)

async function runToEnd(args: readonly string[]): Promise<void> {
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: repositoryRoot,
    // What to do next, which it prints on stdout, is what comes next here anyway.
    stdio: ["ignore", "ignore", "inherit"],
  })
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve))
  if (code !== 0) throw new Error(`alyx ${args.join(" ")} ended with exit code ${String(code)}.`)
}
