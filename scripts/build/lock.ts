import { createRequire } from "node:module"

interface Lock {
  /** Runs work while no other process does. */
  readonly withLock: <Result>(
    file: string,
    options: { readonly waitMsMax: number; readonly onWait?: () => void },
    work: () => Promise<Result>,
  ) => Promise<Result>
}

/** scripts/lock.cjs, which is written for Node 20 and has no types. */
export const { withLock } = createRequire(import.meta.url)("../lock.cjs") as Lock
