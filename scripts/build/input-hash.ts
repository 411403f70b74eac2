import { createHash } from "node:crypto"
import { globSync } from "node:fs"
import { readFile } from "node:fs/promises"
import path from "node:path"

/** What a build depends on besides the Node that runs it. */
const inputs = ["src/**/*.{ts,tsx}", "scripts/build.ts", "scripts/build/*.ts", "package.json", "package-lock.json"]

/** Returns a hash that changes when a build of this repository would give something else. */
export async function hashInputs(root: string): Promise<string> {
  const hash = createHash("sha256")
  for (const file of globSync(inputs, { cwd: root }).toSorted()) {
    const content = await readFile(path.join(root, file))
    hash.update(`${file}\0${content.length}\0`).update(content)
  }
  return hash.digest("hex")
}
