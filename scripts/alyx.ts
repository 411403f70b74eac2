import path from "node:path"

import { repositoryRoot } from "./build.ts"
import { becomeAlyx, demo, prepareDemo } from "./demo.ts"

// `npm run alyx -- <command>`: the `alyx` of this clone, in demo/ unless --cwd says where. A new project comes into the
// folder that npm was called in, not into the demo.
const args = process.argv.slice(2)
await prepareDemo()
const given = folderIn(args)
process.chdir(given === undefined && args[0] !== "init" ? demo : (process.env["INIT_CWD"] ?? repositoryRoot))
await becomeAlyx(args, given === undefined ? undefined : `npm run alyx -- --cwd ${quoted(path.resolve(given))}`)

function quoted(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : JSON.stringify(word)
}

function folderIn(words: readonly string[]): string | undefined {
  const joined = words.find((word) => word.startsWith("--cwd="))
  const index = words.indexOf("--cwd")
  return index === -1 ? joined?.slice("--cwd=".length) : words[index + 1]
}
