import { readSync, writeSync } from "node:fs"

import type { DataMessage } from "./data-job.ts"

/** Descriptors of a data process; all of them are pipes to the daemon, and block. */
const inputDescriptor = 0
const outputDescriptor = 1
const messageDescriptor = 3

/** Bytes that are read or written at a time. */
const chunkBytes = 64 * 1024

/**
 * The output of a data process. Writing blocks until the daemon takes it, which it does only as fast as its client:
 * so nobody ever holds more than a chunk.
 */
export class ProcessOutput {
  #parts: string[] = []
  #length = 0

  write(text: string): void {
    this.#parts.push(text)
    this.#length += text.length
    if (this.#length >= chunkBytes) this.flush()
  }

  flush(): void {
    if (this.#length === 0) return
    const bytes = Buffer.from(this.#parts.join(""))
    this.#parts = []
    this.#length = 0
    writeAll(outputDescriptor, bytes)
  }
}

/** What the dump formats write to. */
export type TextOutput = Pick<ProcessOutput, "write">

/** Tells the daemon something beside the output. */
export function tellDaemon(message: DataMessage): void {
  writeAll(messageDescriptor, Buffer.from(`${JSON.stringify(message)}\n`))
}

/** The input of a data process: one line of JSON that says what to do, then what it is to be done with. */
export class ProcessInput {
  readonly #buffer = Buffer.allocUnsafe(chunkBytes)
  #rest: Buffer = Buffer.alloc(0)

  readJob(): unknown {
    let line = Buffer.alloc(0)
    for (;;) {
      const chunk = this.next()
      if (chunk === null) throw new Error("The daemon did not say what to do.")
      const end = chunk.indexOf(10)
      line = Buffer.concat([line, end === -1 ? chunk : chunk.subarray(0, end)])
      if (end === -1) continue
      this.#rest = Buffer.from(chunk.subarray(end + 1))
      return JSON.parse(line.toString("utf8"))
    }
  }

  /** The next bytes, valid until the next call; null at the end. */
  next(): Buffer | null {
    if (this.#rest.length > 0) {
      const rest = this.#rest
      this.#rest = Buffer.alloc(0)
      return rest
    }
    const count = readSome(this.#buffer)
    return count === 0 ? null : this.#buffer.subarray(0, count)
  }
}

function readSome(buffer: Buffer): number {
  try {
    return readSync(inputDescriptor, buffer)
  } catch (error) {
    // The end of a pipe on Windows.
    if (error instanceof Error && "code" in error && error.code === "EOF") return 0
    throw error
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let start = 0; start < bytes.length;) start += writeSync(descriptor, bytes, start)
}
