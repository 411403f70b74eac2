import { randomUUID } from "node:crypto"
import { createWriteStream } from "node:fs"
import { mkdir, rm } from "node:fs/promises"
import { join } from "node:path"
import type { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"

import { alyxError, isAlyxError } from "../../errors.ts"
import { explainFileError } from "../../project/file-errors.ts"

/**
 * Writes a body to a file that only its owner reads, as fast as the disk takes it, and lets work use the file; it is
 * gone afterwards. A body that breaks off, or is larger than the limit, is refused before the work begins.
 */
export async function withSpooledBody<T>(
  body: Readable,
  { folder, bytesMax }: { readonly folder: string; readonly bytesMax: number },
  work: (file: string) => Promise<T>,
): Promise<T> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `spool-${randomUUID()}.ndjson`)
  try {
    await spool(body, file, bytesMax)
    return await work(file)
  } finally {
    await rm(file, { force: true })
  }
}

async function spool(body: Readable, file: string, bytesMax: number): Promise<void> {
  let bytes = 0
  try {
    await pipeline(
      body,
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          bytes += chunk.length
          if (bytes > bytesMax) throw tooLarge(bytesMax)
          yield chunk
        }
      },
      createWriteStream(file, { flags: "wx", mode: 0o600 }),
    )
  } catch (error) {
    if (isAlyxError(error)) throw error
    const explained = explainFileError(error)
    if (isAlyxError(explained)) throw explained
    throw alyxError("BAD_REQUEST", {
      message: "The connection ended before the body did. Nothing was written.",
      cause: error,
    })
  }
}

function tooLarge(bytesMax: number): Error {
  return alyxError("BODY_TOO_LARGE", {
    message: `The documents have more than ${bytesMax / 1024 ** 3} GB. Nothing was written.`,
    next: "Seed them in several files.",
  })
}
