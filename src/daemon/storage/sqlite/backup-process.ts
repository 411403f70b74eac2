import { closeSync, fsyncSync, openSync } from "node:fs"
import { constants, setPriority } from "node:os"
import process from "node:process"

import { sqlQuery } from "../database.ts"
import type { BackupAnswer } from "./backup-copies.ts"
import { endWithParent } from "./end-with-parent.ts"
import { openBackupConnection } from "./open-connection.ts"
import { passError } from "./passed-error.ts"
import { translateSqliteError } from "./sqlite-errors.ts"

/*
 * The entry of a process that copies the database as it is at one moment into an empty file, and makes the copy
 * durable. The daemon goes on reading and writing meanwhile, and kills this process when it stops.
 */
copyDatabase()

function copyDatabase(): void {
  const [path, target] = process.argv.slice(2)
  setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
  endWithParent(import.meta.url)
  const answer = copyInto(path!, target!)
  process.send!(answer, () => process.disconnect!())
}

function copyInto(path: string, target: string): BackupAnswer {
  try {
    const connection = openBackupConnection(path)
    try {
      connection.run(sqlQuery("VACUUM INTO ?", [target]))
    } finally {
      connection.close()
    }
    const descriptor = openSync(target, "r+")
    try {
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    return { kind: "done" }
  } catch (error) {
    return { kind: "failed", error: passError(translateSqliteError(error)) }
  }
}
