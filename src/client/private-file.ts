import { randomBytes } from "node:crypto"
import { access, mkdir, open, rename, rm } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import path from "node:path"

import { alyxError } from "../errors.ts"
import { unwritable } from "../project/file-errors.ts"

/** A file that only its owner may read, which is there in full or not at all: it gets its name when all is written. */
export class PrivateFile {
  readonly #file: string
  readonly #temporary: string
  readonly #handle: FileHandle

  private constructor(file: string, temporary: string, handle: FileHandle) {
    this.#file = file
    this.#temporary = temporary
    this.#handle = handle
  }

  /** Begins a file. One that is there already is only replaced when that was asked for. */
  static async begin(file: string, options: { readonly mayReplace: boolean }): Promise<PrivateFile> {
    if (!options.mayReplace) await requireMissing(file)
    const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString("hex")}.part`)
    try {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
      return new PrivateFile(file, temporary, await open(temporary, "wx", 0o600))
    } catch (error) {
      throw unwritable(file, error, "Name a place where this user may write.")
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#handle.writeFile(bytes)
    } catch (error) {
      throw unwritable(this.#file, error, "Make room, or name another place.")
    }
  }

  /** Gives it its name. */
  async finish(): Promise<void> {
    await this.#handle.sync()
    await this.#handle.close()
    await rename(this.#temporary, this.#file)
  }

  /** Takes away what has been written; does nothing after finish. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined)
    await rm(this.#temporary, { force: true })
  }
}

async function requireMissing(file: string): Promise<void> {
  const isThere = await access(file).then(
    () => true,
    () => false,
  )
  if (!isThere) return
  throw alyxError("FILE_EXISTS", {
    message: `${file} exists already.`,
    next: "Name another file, or add --yes to replace it.",
  })
}
