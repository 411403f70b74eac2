import { seedProblem } from "./seed-document.ts"

/** The longest line that is read, in UTF-16 code units: a document with the largest body that the API takes. */
export const seedLineLengthMax = 64 * 1024 * 1024

/** Parts a stream of UTF-8 at its line feeds, without a byte order mark and carriage returns. */
export async function* textLines(chunks: AsyncIterable<Buffer>, file: string): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  let rest = ""
  let line = 1
  const decode = (chunk: Buffer | undefined): string => {
    try {
      return chunk === undefined ? decoder.decode() : decoder.decode(chunk, { stream: true })
    } catch {
      throw seedProblem(`${file} is not a text file in UTF-8.`, { file, line, column: 1 }, "Save it as UTF-8.")
    }
  }
  for await (const chunk of chunks) {
    const parts = (rest + decode(chunk)).split("\n")
    rest = parts.pop() ?? ""
    for (const part of parts) {
      yield part.endsWith("\r") ? part.slice(0, -1) : part
      line += 1
    }
    if (rest.length > seedLineLengthMax) {
      throw seedProblem(`The line is longer than ${seedLineLengthMax} characters.`, { file, line, column: 1 })
    }
  }
  rest += decode(undefined)
  if (rest !== "") yield rest
}
