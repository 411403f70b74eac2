import { createRequire } from "node:module"

interface NodeVersion {
  /** Ends this process when the launcher that started it is gone. */
  readonly leaveWithLauncher: () => void
}

/** bin/node-version.cjs, which is written for any Node and has no types. */
export const launcher = createRequire(import.meta.url)("../bin/node-version.cjs") as NodeVersion
