import { onTestFinished } from "vitest"

import { findAnyDaemon } from "../../src/client/find-daemon.ts"
import { stopDaemon } from "../../src/client/stop-daemon.ts"
import { isAlyxError } from "../../src/errors.ts"
import { projectPaths } from "../../src/project/paths.ts"

/** Stops what uses the database of a project when the test ends, as `alyx stop` does, without a process for it. */
export function endDaemonWithTest(folder: string): void {
  onTestFinished(async () => {
    try {
      const daemon = await findAnyDaemon(projectPaths(folder))
      if (daemon) await stopDaemon(daemon)
    } catch (error) {
      // One that ends by itself meanwhile is what is wanted; the test has said what it has to say.
      if (!isAlyxError(error)) throw error
    }
  })
}
