import { answerEndedEarly } from "./ended-early.ts"

/** Bytes of one of several files that come in one stream. */
export interface FramedPart {
  readonly file: string
  readonly bytes: Uint8Array
}

/** The line before the bytes of a part is some hundred characters. */
const headBytesMax = 64 * 1024

/**
 * Takes several files out of one stream: before each part stands a line of JSON with the name of its file and how many
 * bytes it has. The writer is src/daemon/data/framed-output.ts.
 */
export async function* readFramedFiles(body: AsyncIterable<Uint8Array>): AsyncGenerator<FramedPart> {
  let head = Buffer.alloc(0)
  let file = ""
  let left = 0
  for await (const chunk of body) {
    let rest = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    while (rest.length > 0) {
      if (left > 0) {
        const bytes = rest.subarray(0, left)
        left -= bytes.length
        rest = rest.subarray(bytes.length)
        yield { file, bytes }
        continue
      }
      const end = rest.indexOf(10)
      head = Buffer.concat([head, end === -1 ? rest : rest.subarray(0, end)])
      if (head.length > headBytesMax) throw answerEndedEarly()
      if (end === -1) break
      const { file: name, bytes } = JSON.parse(head.toString("utf8")) as { file: string; bytes: number }
      file = name
      left = bytes
      head = Buffer.alloc(0)
      rest = rest.subarray(end + 1)
    }
  }
  if (left > 0 || head.length > 0) throw answerEndedEarly()
}
