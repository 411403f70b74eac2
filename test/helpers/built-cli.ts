import { execFile } from "node:child_process"
import path from "node:path"
import { promisify } from "node:util"

const root = path.resolve(import.meta.dirname, "../..")
let building: Promise<string> | undefined

/** The path of bin/run.js, with a dist of the present sources beside it: built once, and only when it is stale. */
export function builtCli(): Promise<string> {
  building ??= promisify(execFile)(process.execPath, ["scripts/build.ts"], { cwd: root }).then(() =>
    path.join(root, "bin", "run.js"),
  )
  return building
}
