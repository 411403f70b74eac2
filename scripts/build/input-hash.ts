import { createHash } from "node:crypto"
import { globSync } from "node:fs"
import { readFile } from "node:fs/promises"
import path from "node:path"

/** What a build depends on besides the Node that runs it and a part of package.json. */
const inputs = [
  "src/**/*.{ts,tsx,js,css}",
  "runtimes/**/*.{ts,as}",
  "scripts/build.ts",
  "scripts/build/*.ts",
  "package-lock.json",
]

/** Returns a hash that changes when a build of this repository would give something else. */
export async function hashInputs(root: string): Promise<string> {
  const hash = createHash("sha256")
  for (const file of globSync(inputs, { cwd: root }).toSorted()) {
    const content = await readFile(path.join(root, file))
    hash.update(`${file}\0${content.length}\0`).update(content)
  }
  const { name, version, oclif } = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as {
    readonly [key: string]: unknown
  }
  return hash.update(JSON.stringify({ name, version, oclif })).digest("hex")
}
