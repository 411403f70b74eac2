import type { Logger } from "../../lib/logger.ts"
import type { ReloadEntry } from "../../protocol/admin-api.ts"
import type { Activity } from "../activity.ts"

/** What became of a reload, before it has its number and time. */
export type ReloadReport = Omit<ReloadEntry, "kind" | "seq" | "time">

/** Returns the one way in which reloads are told: to those who follow the activity, and as lines of the log. */
export function reloadReporter(activity: Activity, lines: () => Logger): (report: ReloadReport) => void {
  return (report) => {
    activity.reload(report)
    const logger = lines()
    const { cause, outcome, changes, error } = report
    const ms = Math.round(report.durationMs)
    const file = cause === "config" ? "alyx.yaml" : "schema.yaml"
    if (error) {
      logger.error(`${file} was refused; the last good one goes on. ${error.message}`, { code: error.code, ms })
      for (const { message, at } of error.problems ?? []) {
        logger.error(at ? `${at.file}:${at.line}:${at.column} ${message}` : message)
      }
    } else if (outcome === "unchanged") logger.debug(`${file} was read again; nothing of it changed.`, { ms })
    else logger.info(`${file} was applied.`, { ms, changes })
  }
}
