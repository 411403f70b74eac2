import { closeSync, constants, fstatSync, openSync, readSync, statSync } from "node:fs"
import type { Stats } from "node:fs"

/**
 * How a file is opened that may not be one: a named pipe would wait for a writer, perhaps for ever, and a terminal
 * would become that of the daemon and end it when it closes.
 */
export const cautiousFlags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0)

/** The bytes of a regular file; else what stands in its place. */
export type RegularFile =
  | { readonly kind: "file"; readonly bytes: Buffer }
  | { readonly kind: "too-large" }
  | { readonly kind: "folder" }
  /** A pipe, a socket or a device: nothing that ends. */
  | { readonly kind: "special" }

/** Reads a file whole when it is a regular one of at most so many bytes. Follows links; throws what the system refuses. */
export function readRegularFile(path: string, { bytesMax }: { readonly bytesMax: number }): RegularFile {
  // Even to open a device may do something, so its kind is looked up first.
  const before = otherKind(statSync(path))
  if (before !== undefined) return before
  const descriptor = openSync(path, cautiousFlags)
  try {
    const stats = fstatSync(descriptor)
    return otherKind(stats) ?? readUpTo(descriptor, { size: stats.size, bytesMax })
  } finally {
    closeSync(descriptor)
  }
}

function otherKind(stats: Stats): RegularFile | undefined {
  if (stats.isDirectory()) return { kind: "folder" }
  return stats.isFile() ? undefined : { kind: "special" }
}

/** The size is no promise: a file may grow while it is read, and those of /proc say that they are empty. */
function readUpTo(descriptor: number, { size, bytesMax }: { size: number; bytesMax: number }): RegularFile {
  if (size > bytesMax) return { kind: "too-large" }
  const chunks: Buffer[] = []
  let length = 0
  while (length <= bytesMax) {
    const chunk = Buffer.allocUnsafe(Math.min(Math.max(size - length, 0) + 1024, bytesMax + 1 - length))
    const count = readSync(descriptor, chunk, 0, chunk.length, null)
    if (count === 0) return { kind: "file", bytes: Buffer.concat(chunks, length) }
    chunks.push(chunk.subarray(0, count))
    length += count
  }
  return { kind: "too-large" }
}
