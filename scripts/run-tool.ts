import { spawn } from "node:child_process"
import path from "node:path"

import { repositoryRoot } from "./build.ts"

/** Runs a package's program with this Node and shows its output; resolves to its exit code. */
export async function runTool(options: {
  /** The program's file, relative to node_modules. */
  readonly file: string
  readonly args: readonly string[]
  readonly env?: NodeJS.ProcessEnv
}): Promise<number> {
  const script = path.join(repositoryRoot, "node_modules", options.file)
  const child = spawn(process.execPath, [script, ...options.args], {
    cwd: repositoryRoot,
    stdio: "inherit",
    env: { ...process.env, ...options.env },
  })
  const passOn = (signal: NodeJS.Signals): void => void child.kill(signal)
  process.on("SIGTERM", passOn)
  return new Promise((resolve, reject) => {
    child.on("error", reject)
    child.on("close", (code) => {
      process.off("SIGTERM", passOn)
      resolve(code ?? 1)
    })
  })
}
