import type { Clock } from "../../lib/clock.ts"
import { RepeatedWork } from "../../lib/repeated-work.ts"
import type { Database } from "./database.ts"
import { pruneChanges, pruneCountMax } from "./prune-changes.ts"
import type { ChangeLimits } from "./prune-changes.ts"

/** How often the log is looked at; between two looks it may grow over its limits by what is written meanwhile. */
const pauseMs = 10_000

/** What changePruner needs. */
export interface ChangePrunerOptions {
  readonly database: Database
  readonly clock: Clock
  /** Read at each look, so that a changed limit acts at the next one. */
  readonly limits: () => ChangeLimits
  /** Called with what went wrong; the next look tries again. */
  readonly onWarning: (error: unknown) => void
}

/** Keeps the change log within its limits, a thousand rows a write. */
export function changePruner({ database, clock, limits, onWarning }: ChangePrunerOptions): RepeatedWork {
  return new RepeatedWork({
    pauseMs,
    onWarning,
    work: async (isStopped) => {
      let count = pruneCountMax
      while (count === pruneCountMax && !isStopped()) count = await pruneChanges(database, clock, limits())
    },
  })
}
