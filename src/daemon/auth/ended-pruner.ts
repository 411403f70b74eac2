import type { Clock } from "../../lib/clock.ts"
import { RepeatedWork } from "../../lib/repeated-work.ts"
import type { Database } from "../storage/database.ts"
import { pruneEnded } from "./prune-ended.ts"

/** How often it is looked; what has expired counts for nothing before it is deleted too. */
const pauseMs = 60_000

/** What endedPruner needs. */
export interface EndedPrunerOptions {
  readonly database: Database
  readonly clock: Clock
  /** Called with what went wrong; the next look tries again. */
  readonly onWarning: (error: unknown) => void
}

/** Deletes sessions, refresh tokens and codes that have expired, a few hundred a write. */
export function endedPruner(options: EndedPrunerOptions): RepeatedWork {
  return new RepeatedWork({
    pauseMs,
    onWarning: options.onWarning,
    work: async (isStopped) => {
      while (!isStopped() && (await pruneEnded(options)));
    },
  })
}
