import { readdir, rm, stat } from "node:fs/promises"
import path from "node:path"

/** A younger temporary file may be of a build that runs just now, in another process. */
const temporaryMsMax = 60 * 60 * 1000

/** What is built of a function: its plug-in, and what that was made of. */
const endings = [".wasm", ".json"]

/** Removes what was built of a function that is gone. */
export async function removeBuiltFiles(builtDir: string, name: string): Promise<void> {
  await Promise.all(endings.map((ending) => rm(path.join(builtDir, name + ending), { force: true })))
}

/** Removes what was built of functions that went while nobody looked, and what builds left that were killed. */
export async function removeStrayFiles(builtDir: string, names: ReadonlySet<string>): Promise<void> {
  for (const file of await readdir(builtDir).catch(() => [])) {
    const { name, ext } = path.parse(file)
    const place = path.join(builtDir, file)
    const isStray = isTemporary(file) ? await isOld(place) : endings.includes(ext) && !names.has(name)
    if (isStray) await rm(place, { force: true })
  }
}

/** As atomic writes name what they have not finished. */
function isTemporary(file: string): boolean {
  return /^\..*\.[0-9a-f]{12}\.tmp$/.test(file)
}

async function isOld(file: string): Promise<boolean> {
  const writtenMs = await stat(file).then(
    ({ mtimeMs }) => mtimeMs,
    () => Infinity,
  )
  return writtenMs < Date.now() - temporaryMsMax
}
