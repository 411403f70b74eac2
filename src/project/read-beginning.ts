import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs"

/** Enough for every file that people write by hand. */
const beginningBytesMax = 2 * 1024 * 1024

/**
 * The text of a file for excerpts of it: of a large one the lines of its first 2 MB, so that a few lines of a problem never
 * cost the memory of a dump. Undefined when there is no file to read.
 */
export function readBeginning(path: string): string | undefined {
  let descriptor: number | undefined
  try {
    // A pipe in its place must not keep anybody waiting.
    descriptor = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
    const facts = fstatSync(descriptor)
    return facts.isFile() ? beginningOf(descriptor, facts.size) : undefined
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) closeSync(descriptor)
  }
}

function beginningOf(descriptor: number, size: number): string {
  const bytes = Buffer.alloc(Math.min(size, beginningBytesMax))
  let length = 0
  for (let count = -1; count !== 0 && length < bytes.length; length += count) {
    count = readSync(descriptor, bytes, length, bytes.length - length, length)
  }
  const isWhole = length === size
  // The line that is cut would be shown as if it ended there.
  const end = isWhole ? length : bytes.lastIndexOf(10, length - 1)
  return bytes.toString("utf8", 0, Math.max(0, end))
}
