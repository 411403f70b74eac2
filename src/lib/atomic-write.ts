import { randomBytes } from "node:crypto"
import { constants } from "node:fs"
import { copyFile, link, mkdir, open, rename, rm } from "node:fs/promises"
import { basename, dirname, join } from "node:path"

/** How a file is written. */
export interface WriteOptions {
  /** The permission bits, 0o644 when left out; the umask does not change them. */
  readonly mode?: number
  /** False for what can be made again: a power cut may then leave an empty file. */
  readonly isDurable?: boolean
}

/** Writes a whole file, or leaves the old one as it was; a reader never sees half of it. Makes the folder if need be. */
export async function writeFileAtomically(
  path: string,
  content: string | Uint8Array,
  options: WriteOptions = {},
): Promise<void> {
  const temporary = await writeTemporary(path, content, options)
  try {
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** Writes a whole new file; returns false, having changed nothing, when something of that name exists. */
export async function createFileAtomically(
  path: string,
  content: string,
  options: WriteOptions = {},
): Promise<boolean> {
  const temporary = await writeTemporary(path, content, options)
  try {
    // Unlike a rename, a link never replaces what is there, even if it came a moment ago.
    await link(temporary, path)
    return true
  } catch (error) {
    if (hasCode(error, ["EEXIST"])) return false
    if (!hasCode(error, ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"])) throw error
    return await copyNew(temporary, path)
  } finally {
    await rm(temporary, { force: true })
  }
}

/** For file systems without links. A crash in the middle may leave a part of the file. */
async function copyNew(from: string, to: string): Promise<boolean> {
  try {
    await copyFile(from, to, constants.COPYFILE_EXCL)
    return true
  } catch (error) {
    if (hasCode(error, ["EEXIST"])) return false
    throw error
  }
}

async function writeTemporary(path: string, content: string | Uint8Array, options: WriteOptions): Promise<string> {
  await mkdir(dirname(path), { recursive: true })
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.tmp`)
  const mode = options.mode ?? 0o644
  const handle = await open(temporary, "wx", mode)
  try {
    await handle.chmod(mode)
    await handle.writeFile(content)
    // Without this a power cut may leave the new name with no content.
    if (options.isDurable !== false) await handle.sync()
    await handle.close()
  } catch (error) {
    await handle.close().catch(() => undefined)
    await rm(temporary, { force: true })
    throw error
  }
  return temporary
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return error instanceof Error && "code" in error && codes.includes(String(error.code))
}
