import { copyFileSync, fstatSync, ftruncateSync, rmSync, statSync } from "node:fs"

import { freeOldLogName } from "../project/log-rotation.ts"

/** After a log could not be put aside, as on a full disk, so much more is written before the next try. */
const retryBytes = 1024 * 1024

/** What LogOutput needs. */
export interface LogOutputParts {
  readonly file: string
  /** The descriptor that `write` writes to; it appends. */
  readonly descriptor: number
  readonly write: (text: string) => unknown
  readonly bytesMax: number
}

/**
 * The output of a daemon in the background: its log, put aside whenever it is too large. The daemon was given the file
 * as its output and cannot be given another, and what Node writes when it dies must not go astray: so the log is
 * copied, and then emptied, in one turn, in which nobody else writes. That takes some milliseconds every 10 MB.
 */
export class LogOutput {
  readonly isTerminal = false
  readonly #parts: LogOutputParts
  /** What may be written before the log is put aside. */
  #restBytes: number

  constructor(parts: LogOutputParts) {
    this.#parts = parts
    this.#restBytes = parts.bytesMax - fstatSync(parts.descriptor).size
  }

  write(text: string): void {
    this.#parts.write(text)
    this.#restBytes -= Buffer.byteLength(text)
    if (this.#restBytes <= 0) this.#restBytes = this.#putAside() ? this.#parts.bytesMax : retryBytes
  }

  #putAside(): boolean {
    const { file, descriptor } = this.#parts
    try {
      if (!this.#isInPlace()) return false
      copyOrRemove(file, freeOldLogName(file))
      ftruncateSync(descriptor)
      return true
    } catch {
      return false
    }
  }

  /** False when somebody moved the log away, or the output is no file at all. */
  #isInPlace(): boolean {
    const { file, descriptor } = this.#parts
    const open = fstatSync(descriptor)
    const named = statSync(file, { throwIfNoEntry: false })
    return named !== undefined && open.isFile() && open.ino === named.ino && open.dev === named.dev
  }
}

/** Half a copy on a full disk helps nobody. */
function copyOrRemove(source: string, target: string): void {
  try {
    copyFileSync(source, target)
  } catch (error) {
    rmSync(target, { force: true })
    throw error
  }
}
