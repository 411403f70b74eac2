import type { Logger } from "../../lib/logger.ts"
import type { ReloadEntry } from "../../protocol/admin-api.ts"
import type { Activity } from "../activity.ts"
import type { Findings } from "./findings.ts"

/** What became of a reload, before it has its number and time. */
export type ReloadReport = Omit<ReloadEntry, "kind" | "seq" | "time" | "mended">

/** How lines of the log name what changed. */
const fileNames: Readonly<Record<ReloadReport["cause"], string>> = {
  config: "alyx.yaml",
  schema: "schema.yaml",
  migrations: "migrations/",
  start: "schema.yaml",
}

/**
 * Returns the one way in which reloads are told: to those who follow the activity, and as lines of the log. What a save
 * made worth knowing is a warning of its own; at the start the daemon says all of it, once it serves.
 */
export function reloadReporter({
  activity,
  findings,
  log,
}: {
  readonly activity: Activity
  readonly findings: Findings
  readonly log: Logger & { readonly lines: Logger }
}): (report: ReloadReport) => void {
  /** What was refused when it was last read. */
  const refused = new Set<"config" | "schema">()
  return (report) => {
    const { cause, outcome, changes, error } = report
    const file = fileNames[cause]
    // Schema and migrations are read together: mending either may be what helps.
    const source = cause === "config" ? "config" : "schema"
    const mended = outcome !== "refused" && refused.delete(source)
    if (outcome === "refused") refused.add(source)
    activity.reload({ ...report, ...(mended ? { mended } : {}) })
    const logger = log.lines
    const ms = Math.round(report.durationMs)
    if (error) {
      const served = cause === "start" ? "what the database was last brought to is served" : "the last good one goes on"
      logger.error(`${file} was refused; ${served}. ${error.message}`, { code: error.code, ms })
      for (const { message, next, at } of error.problems ?? []) {
        const words = next === undefined ? message : `${message} ${next}`
        logger.error(at ? `${at.file}:${at.line}:${at.column} ${words}` : words)
      }
    } else if (mended && outcome === "unchanged") logger.info(`${file} is valid again.`, { ms })
    else if (outcome === "unchanged") logger.debug(`${file} was read again; nothing of it changed.`, { ms })
    else logger.info(`${file} was applied.`, { ms, changes })
    if (cause === "start" || outcome === "refused") return
    for (const notice of findings.takeNewNotices()) log.warn(notice)
  }
}
