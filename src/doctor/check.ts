import type { Problem } from "../errors.ts"
import type { ProjectPaths } from "../project/paths.ts"
import type { Config } from "../project/config.ts"

/** How a check came out; `skipped` when something else has to be mended first. */
export type CheckStatus = "ok" | "note" | "warning" | "problem" | "skipped"

/** What one check found. */
export interface Finding {
  /** What was looked at: "Files of the daemon". */
  readonly title: string
  readonly status: CheckStatus
  /** What was found, as a sentence or two. */
  readonly message: string
  /** Everything that is wrong with a file, with places. */
  readonly problems?: readonly Problem[]
  /** What to do, as a sentence. */
  readonly next?: string
  /** Mends it without losing anything, and says what it did. Left out when a person must decide. */
  readonly fix?: () => Promise<string>
}

/** What the checks look at. */
export interface CheckSurroundings {
  readonly paths: ProjectPaths
  /** Null when the configuration has problems. */
  readonly config: Config | null
  readonly env: Readonly<Record<string, string | undefined>>
  /** The version of this command line. */
  readonly version: string
  /** The folder of the package that it is of. */
  readonly packageRoot: string
  readonly now: () => Date
}

/** Makes the finding of a check that has nothing to say but that all is well. */
export function fine(title: string, message: string): Finding {
  return { title, status: "ok", message }
}
