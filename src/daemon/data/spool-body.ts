import { randomUUID } from "node:crypto"
import { mkdir, open, rm } from "node:fs/promises"
import type { FileHandle } from "node:fs/promises"
import { join } from "node:path"
import type { Readable } from "node:stream"

import { alyxError, isAlyxError } from "../../errors.ts"
import { explainFileError } from "../../project/file-errors.ts"
import { drainBody } from "./drain-body.ts"

/**
 * Writes a body to a file that only its owner reads, as fast as the disk takes it, and lets work read it. The file has
 * no name while it is used, so that nothing stays of it, however this process ends. A body that breaks off, or is larger
 * than the limit, is refused before the work begins.
 */
export async function withSpooledBody<T>(
  body: Readable,
  { folder, bytesMax }: { readonly folder: string; readonly bytesMax: number },
  work: (descriptor: number) => Promise<T>,
): Promise<T> {
  const file = await openNameless(folder)
  try {
    await spool(body, file, bytesMax)
    return await work(file.fd)
  } finally {
    await file.close()
  }
}

async function openNameless(folder: string): Promise<FileHandle> {
  const path = join(folder, `spool-${randomUUID()}.ndjson`)
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const file = await open(path, "wx+", 0o600)
    await rm(path, { force: true })
    return file
  } catch (error) {
    throw explainFileError(error)
  }
}

async function spool(body: Readable, file: FileHandle, bytesMax: number): Promise<void> {
  let bytes = 0
  try {
    // No stream over the file: one that fails closes the descriptor, whatever it was told.
    for await (const chunk of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > bytesMax) throw tooLarge(bytesMax)
      for (let start = 0; start < chunk.length;) start += (await file.write(chunk, start)).bytesWritten
    }
  } catch (error) {
    await drainBody(body)
    if (isAlyxError(error)) throw error
    if (isFullDisk(error))
      throw alyxError("STORAGE_FULL", { next: "Make room on the disk of the project.", cause: error })
    throw alyxError("BAD_REQUEST", {
      message: "The connection ended before the body did. Nothing was written.",
      cause: error,
    })
  }
}

function isFullDisk(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOSPC" || error.code === "EDQUOT")
}

function tooLarge(bytesMax: number): Error {
  return alyxError("BODY_TOO_LARGE", {
    message: `The documents have more than ${bytesMax / 1024 ** 3} GB. Nothing was written.`,
    next: "Seed them in several files.",
  })
}
