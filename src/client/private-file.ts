import { randomBytes } from "node:crypto"
import { access, link, mkdir, open, rename, rm } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import path from "node:path"

import { alyxError, isAlyxError } from "../errors.ts"
import { syncFolder } from "../lib/sync-folder.ts"
import { unwritable } from "../project/file-errors.ts"

/**
 * A file that only its owner may read, which is there in full or not at all: it is written under another name, sealed
 * when all is there, and published under its own.
 */
export class PrivateFile {
  readonly #file: string
  readonly #temporary: string
  readonly #handle: FileHandle
  readonly #mayReplace: boolean

  private constructor(file: string, options: { temporary: string; handle: FileHandle; mayReplace: boolean }) {
    this.#file = file
    this.#temporary = options.temporary
    this.#handle = options.handle
    this.#mayReplace = options.mayReplace
  }

  /** Begins a file. One that is there already is only replaced when that was asked for. */
  static async begin(file: string, { mayReplace }: { readonly mayReplace: boolean }): Promise<PrivateFile> {
    if (!mayReplace && (await isThere(file))) throw fileExists(file)
    const temporary = path.join(path.dirname(file), `.${path.basename(file)}.${randomBytes(6).toString("hex")}.part`)
    try {
      await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
      return new PrivateFile(file, { temporary, handle: await open(temporary, "wx", 0o600), mayReplace })
    } catch (error) {
      throw unwritable(file, error, "Name a place where this user may write.")
    }
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.#explained(() => this.#handle.writeFile(bytes))
  }

  /** Brings all of it to the disk: what a full disk can refuse is known then. */
  async seal(): Promise<void> {
    await this.#explained(async () => {
      await this.#handle.sync()
      await this.#handle.close()
    })
  }

  /** Gives a sealed file its name. Where nothing may be replaced, what came there meanwhile is not replaced either. */
  async publish(): Promise<void> {
    await this.#explained(async () => {
      if (this.#mayReplace) await rename(this.#temporary, this.#file)
      else await this.#publishNew()
      // Without this a power cut may take the name away.
      await syncFolder(path.dirname(this.#file))
    })
  }

  /** Takes away what has been written; does nothing after publish. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => undefined)
    await rm(this.#temporary, { force: true })
  }

  /** Takes a published file away again, unless it may have replaced one. */
  async withdraw(): Promise<void> {
    if (!this.#mayReplace) await rm(this.#file, { force: true })
  }

  /** Unlike a rename, a link never replaces what is there; not every file system has links. */
  async #publishNew(): Promise<void> {
    try {
      await link(this.#temporary, this.#file)
    } catch (error) {
      if (await isThere(this.#file)) throw fileExists(this.#file)
      if (!hasNoLinks(error)) throw error
      await rename(this.#temporary, this.#file)
      return
    }
    await rm(this.#temporary, { force: true })
  }

  async #explained<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      throw isAlyxError(error) ? error : unwritable(this.#file, error, "Make room, or name another place.")
    }
  }
}

function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  )
}

function hasNoLinks(error: unknown): boolean {
  const codes = ["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK"]
  return error instanceof Error && "code" in error && codes.includes(String(error.code))
}

function fileExists(file: string): Error {
  return alyxError("FILE_EXISTS", {
    message: `${file} exists already.`,
    next: "Name another file, or add --yes to replace it.",
  })
}
