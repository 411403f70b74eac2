/** What is kept of a line that does not end. */
const lineBytesMax = 16_384

/** Makes lines of the bytes that a plug-in writes to standard output or standard error. */
export class OutputLines {
  readonly #tell: (line: string) => void
  #parts: Uint8Array[] = []
  #length = 0

  constructor(tell: (line: string) => void) {
    this.#tell = tell
  }

  write(bytes: Uint8Array): void {
    let start = 0
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, start)) {
      this.#add(bytes.subarray(start, end))
      this.#end()
      start = end + 1
    }
    this.#add(bytes.subarray(start))
  }

  /** Tells what has no line feed yet. */
  flush(): void {
    if (this.#length > 0) this.#end()
  }

  #add(bytes: Uint8Array): void {
    const kept = bytes.slice(0, lineBytesMax - this.#length)
    if (kept.length > 0) this.#parts.push(kept)
    this.#length += kept.length
  }

  #end(): void {
    this.#tell(Buffer.concat(this.#parts).toString("utf8").replace(/\r$/, ""))
    this.#parts = []
    this.#length = 0
  }
}
