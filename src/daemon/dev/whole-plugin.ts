import { readRegularFile } from "../../lib/regular-file.ts"
import { pluginBytesMax } from "../../functions/read-plugin.ts"

/** Whether a tool has finished to write a plug-in, as far as its form tells. */
export type PluginState = "whole" | "half" | "missing"

const magic = Buffer.from([0x00, 0x61, 0x73, 0x6d])
/** Sections that say how many items another one has. */
const announcements = [
  { section: 3, of: 10 },
  { section: 12, of: 11 },
]

/**
 * Tells whether a `.wasm` ends where its last section ends, with a body for every function and all of its data. Whether the
 * code is valid is told by loading it.
 */
export function isWholePlugin(file: string): PluginState {
  try {
    const read = readRegularFile(file, { bytesMax: pluginBytesMax })
    // What stands there otherwise is refused when it is loaded.
    return read.kind !== "file" || isWholeModule(read.bytes) ? "whole" : "half"
  } catch (error) {
    // What cannot be read for another reason is told by loading it.
    return (error as NodeJS.ErrnoException).code === "ENOENT" ? "missing" : "whole"
  }
}

/** The same of bytes. */
export function isWholeModule(bytes: Uint8Array): boolean {
  if (bytes.length < 8 || !magic.equals(bytes.subarray(0, 4))) return false
  const counts = new Map<number, number>()
  let offset = 8
  while (offset < bytes.length) {
    const id = bytes[offset]!
    const size = readUnsigned(bytes, offset + 1)
    if (size === null || size.next + size.value > bytes.length) return false
    counts.set(id, readUnsigned(bytes, size.next)?.value ?? 0)
    offset = size.next + size.value
  }
  return announcements.every(({ section, of }) => !counts.has(section) || counts.get(section) === (counts.get(of) ?? 0))
}

/** LEB128 of at most 32 bits. */
function readUnsigned(bytes: Uint8Array, from: number): { readonly value: number; readonly next: number } | null {
  let value = 0
  for (let index = 0; index < 5; index += 1) {
    const byte = bytes[from + index]
    if (byte === undefined) return null
    value += (byte & 0x7f) * 2 ** (7 * index)
    if (byte < 0x80) return { value, next: from + index + 1 }
  }
  return null
}
