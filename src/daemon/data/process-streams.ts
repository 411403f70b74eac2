import { readSync, writeSync } from "node:fs"

import type { DataMessage } from "./data-job.ts"

/** Descriptors of a data process; all of them are pipes to the daemon. */
const inputDescriptor = 0
const outputDescriptor = 1
const messageDescriptor = 3

/** Bytes that are read or written at a time. */
const chunkBytes = 64 * 1024

/**
 * The output of a data process. Writing waits until the daemon takes it, which it does only as fast as its client:
 * so nobody ever holds more than a chunk.
 */
export class ProcessOutput {
  /** Used again and again: new bytes for each piece would be a hundred megabytes before they are collected. */
  readonly #bytes = Buffer.allocUnsafe(4 * chunkBytes)
  #parts: string[] = []
  #length = 0

  write(text: string): void {
    this.#parts.push(text)
    this.#length += text.length
    if (this.#length >= chunkBytes) this.flush()
  }

  flush(): void {
    if (this.#length === 0) return
    const text = this.#parts.join("")
    this.#parts = []
    this.#length = 0
    // A character of JavaScript has three bytes at most.
    const fits = text.length * 3 <= this.#bytes.length
    writeAll(outputDescriptor, fits ? this.#bytes.subarray(0, this.#bytes.write(text)) : Buffer.from(text))
  }
}

/** The other end takes, or sends, nothing at the moment. So long it is waited before the next try, at most. */
const pauseMsMax = 16

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
    return whenPossible(() => readSync(inputDescriptor, buffer))
  } catch (error) {
    // The end of a pipe on Windows.
    if (codeOf(error) === "EOF") return 0
    throw error
  }
}

function writeAll(descriptor: number, bytes: Buffer): void {
  for (let start = 0; start < bytes.length;) {
    const from = start
    start += whenPossible(() => writeSync(descriptor, bytes, from))
  }
}

/** The pipes of a process do not block: so it waits by itself, without an event loop. */
function whenPossible(transfer: () => number): number {
  for (let pauseMs = 1; ; pauseMs = Math.min(pauseMsMax, pauseMs * 2)) {
    try {
      return transfer()
    } catch (error) {
      if (codeOf(error) !== "EAGAIN") throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs)
    }
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined
}
