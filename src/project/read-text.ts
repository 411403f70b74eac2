import type { Problem } from "../errors.ts"
import { readRegularFile } from "../lib/regular-file.ts"
import type { SourceLocation } from "../lib/source-location.ts"

/** What came of reading a file of the project. */
export type ReadText =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "missing" }
  | { readonly kind: "unreadable"; readonly problem: Problem }

/** Which file to read, and how the person knows it. */
export interface TextFile {
  readonly path: string
  /** The path relative to the project, for messages. */
  readonly name: string
  readonly bytesMax: number
}

/** Reads a small UTF-8 file whole, without its byte order mark. What is no such file comes back as a problem. */
export function readText(file: TextFile): ReadText {
  try {
    const read = readRegularFile(file.path, file)
    switch (read.kind) {
      case "file":
        return decode(file, read.bytes)
      case "too-large":
        return unreadable(file, `is larger than ${file.bytesMax / 1024} KB`)
      case "folder":
        return unreadable(file, "is a folder, and should be a file")
      case "special":
        return unreadable(file, "is not a regular file")
    }
  } catch (error) {
    return refusal(file, error)
  }
}

/** Says why a text that came otherwise could not be read again once it were such a file; null when it could. */
export function unreadableText(name: string, text: string): Problem | null {
  const read = decode({ path: name, name, bytesMax: Infinity }, Buffer.from(text))
  return read.kind === "unreadable" ? read.problem : null
}

function decode(file: TextFile, bytes: Buffer): ReadText {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  if (isUtf16) return unreadable(file, "is written in UTF-16", "Save it as UTF-8.")
  const broken = firstBrokenByte(bytes)
  if (broken !== null) {
    const at = locate(file.name, bytes.subarray(0, broken).toString("utf8"))
    return unreadable(file, "is not a text file in UTF-8", "Save it as UTF-8, or restore it from a backup.", at)
  }
  return { kind: "text", text: new TextDecoder("utf-8").decode(bytes) }
}

/** The offset of the first byte that no text in UTF-8 has: NUL, or part of a broken sequence. Null when all is well. */
function firstBrokenByte(bytes: Buffer): number | null {
  const nul = bytes.indexOf(0)
  const text = bytes.subarray(0, nul === -1 ? bytes.length : nul).toString("utf8")
  let offset = 0
  let from = 0
  for (let at = text.indexOf("\uFFFD"); at !== -1; at = text.indexOf("\uFFFD", at + 1)) {
    offset += Buffer.byteLength(text.slice(from, at))
    // A replacement character that the file itself holds is text like any other.
    if (!bytes.subarray(offset, offset + 3).equals(replacementBytes)) return offset
    from = at
  }
  return nul === -1 ? null : nul
}

const replacementBytes = Buffer.from("\uFFFD")

function locate(name: string, before: string): SourceLocation {
  const lines = before.split("\n")
  return { file: name, line: lines.length, column: lines.at(-1)!.length + 1, length: 1 }
}

function refusal(file: TextFile, error: unknown): ReadText {
  const code = errorCode(error)
  if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" }
  if (code === "EACCES" || code === "EPERM") {
    return unreadable(
      file,
      "may not be read by this user",
      `Give yourself the right to read it: chmod u+r ${file.name}`,
    )
  }
  if (code === "ELOOP") return unreadable(file, "is a symbolic link that leads to itself")
  return unreadable(file, `cannot be read (${code})`)
}

function unreadable(file: TextFile, what: string, next?: string, at?: SourceLocation): ReadText {
  const place = at ?? { file: file.name, line: 1, column: 1, length: 1 }
  const message = `${file.name} ${what}.`
  return { kind: "unreadable", problem: { code: "FILE_UNREADABLE", message, at: place, ...(next ? { next } : {}) } }
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "unknown error"
}
