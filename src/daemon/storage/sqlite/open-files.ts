import { statSync } from "node:fs"

import { alyxError } from "../../../errors.ts"
import type { AlyxError } from "../../../errors.ts"

/**
 * The files of an open database: tells whether they are still the ones at their paths. The system lets an open file be
 * removed or replaced; what is written to it then is gone with the process. They are looked at by name only: closing a
 * descriptor of the database file would drop the locks of its connection. Two looks cost 3 µs.
 */
export class OpenFiles {
  readonly #inodes: ReadonlyMap<string, number | undefined>
  #thisTurn: { readonly fault: AlyxError | undefined } | undefined

  /** The -wal file must exist, as for WalSync. */
  constructor(path: string) {
    this.#inodes = new Map([path, `${path}-wal`].map((file) => [file, inodeOf(file)]))
  }

  /** What is wrong; undefined while every file is in its place. */
  fault(): AlyxError | undefined {
    for (const [file, inode] of this.#inodes) if (inodeOf(file) !== inode) return databaseMoved()
    return undefined
  }

  /** The same, but looked at only once in a turn of the event loop: for writes, which share their commits as well. */
  faultThisTurn(): AlyxError | undefined {
    if (this.#thisTurn === undefined) {
      this.#thisTurn = { fault: this.fault() }
      setImmediate(() => (this.#thisTurn = undefined))
    }
    return this.#thisTurn.fault
  }
}

/** What cannot be looked at is as good as gone. */
function inodeOf(file: string): number | undefined {
  try {
    return statSync(file, { throwIfNoEntry: false })?.ino
  } catch {
    return undefined
  }
}

function databaseMoved(): AlyxError {
  return alyxError("DATABASE_MOVED", {
    next: "Put it back if it was moved away. To go on with what is at its path now: alyx restart.",
  })
}
