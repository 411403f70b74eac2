import { isUtf8 } from "node:buffer"

import { invalidDump } from "./invalid-dump.ts"
import type { ProcessInput } from "./process-streams.ts"

/** A longer line is no document: the largest has 72 MB. */
const lineBytesMax = 100 * 1024 * 1024

/** The lines of the input, from 1; a byte order mark and carriage returns are dropped. */
export function* linesOf(
  input: Pick<ProcessInput, "next">,
  name: string,
): Generator<{ readonly text: string; readonly line: number }> {
  let parts: Buffer[] = []
  let length = 0
  let line = 1
  const take = (): { text: string; line: number } => {
    const bytes = parts.length === 1 ? parts[0]! : Buffer.concat(parts)
    parts = []
    length = 0
    if (!isUtf8(bytes)) throw invalidDump({ name, line }, "The line is not valid UTF-8.")
    const text = bytes.toString("utf8")
    const from = line === 1 && text.startsWith("\uFEFF") ? 1 : 0
    return { text: text.slice(from, text.endsWith("\r") ? -1 : undefined), line }
  }
  for (let chunk = input.next(); chunk !== null; chunk = input.next()) {
    let start = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      parts.push(chunk.subarray(start, end))
      yield take()
      line += 1
      start = end + 1
    }
    if (start === chunk.length) continue
    // The buffer is used again.
    parts.push(Buffer.from(chunk.subarray(start)))
    length += chunk.length - start
    if (length > lineBytesMax) throw invalidDump({ name, line }, "The line is longer than 100 MB.")
  }
  if (parts.length > 0) yield take()
}
