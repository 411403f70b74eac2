import { randomBytes } from "node:crypto"
import { readdir, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"

/** What SQLite puts beside a database file. */
const companions = ["", "-wal", "-shm", "-journal"]

/** A name beside a database for one that is being made, and takes its place when it is whole. */
export function buildFileFor(path: string): string {
  return join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.new`)
}

/** Removes a database that was being made, with what SQLite puts beside it. */
export async function removeBuildFile(file: string): Promise<void> {
  for (const companion of companions) await rm(file + companion, { force: true })
}

/** Removes what daemons left that were killed while they made one, as far as it can; only under the database's lock. */
export async function removeAbandonedBuilds(path: string): Promise<void> {
  const prefix = `.${basename(path)}.`
  const names = await readdir(dirname(path)).catch(() => [])
  for (const name of names) {
    if (name.startsWith(prefix) && endRegExp.test(name.slice(prefix.length)))
      await rm(join(dirname(path), name)).catch(() => undefined)
  }
}

const endRegExp = /^[0-9a-f]{12}\.new(?:-wal|-shm|-journal)?$/
