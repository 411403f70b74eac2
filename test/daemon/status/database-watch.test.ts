import { expect, test } from "vitest"

import { DatabaseWatch } from "../../../src/daemon/status/database-watch.ts"
import { alyxError } from "../../../src/errors.ts"
import type { AlyxError } from "../../../src/errors.ts"

test("a fault is said once, and so is its end", () => {
  const said: string[] = []
  let fault: AlyxError | undefined
  const watch = new DatabaseWatch({
    database: { fault: () => fault },
    logger: { error: (message) => said.push(`error ${message}`), info: (message) => said.push(`info ${message}`) },
  })

  watch.check()
  fault = alyxError("DATABASE_MOVED", { message: "It is gone.", next: "Put it back." })
  watch.check()
  watch.check()
  fault = undefined
  watch.check()
  watch.check()

  expect(said).toEqual(["error It is gone. Put it back.", "info The database is in its place again."])
})
