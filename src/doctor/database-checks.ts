import type { DaemonClient } from "../client/daemon-client.ts"
import { isAlyxError } from "../errors.ts"
import type { DaemonFile, StatsResponse } from "../protocol/admin-api.ts"
import type { DatabaseCheckResponse } from "../protocol/data-api.ts"
import type { MigrateRequest, MigrationPlan, MigrationsResponse } from "../protocol/migrations-api.ts"
import type { OnProgress } from "../protocol/progress.ts"
import type { CheckSurroundings, Finding } from "./check.ts"
import { fine } from "./check.ts"

/** The log of the database is emptied every 16 MB; more than this means that something holds it. */
const walBytesWarned = 128 * 1024 ** 2

/** How far the clock of the last writer may have been ahead. */
const clockToleranceMs = 60_000

const appliedTitle = "Applied schema"

const planRequest: MigrateRequest = { action: "plan" }

/** Everything that only the process can say which has the database open. */
export async function checkDatabase(
  client: DaemonClient,
  daemon: DaemonFile,
  { version, now, onProgress }: Pick<CheckSurroundings, "version" | "now"> & { readonly onProgress: OnProgress },
): Promise<readonly Finding[]> {
  const stats = await client.stats()
  const check = await client.getWithProgress<DatabaseCheckResponse>("/api/admin/db/check", onProgress)
  const [plan, history] = await Promise.all([
    askForPlan(client, onProgress),
    client.get<MigrationsResponse>("/api/admin/migrations"),
  ])
  return [
    daemonFinding(daemon, version),
    walFinding(stats),
    integrityFinding(check),
    referencesFinding(check),
    plan,
    historyFinding(history),
    clockFinding(check, now()),
    ...(stats.problem === null ? [] : [servedFinding(stats.problem)]),
  ]
}

/** A schema that does not parse has a finding of its own. */
async function askForPlan(client: DaemonClient, onProgress: OnProgress): Promise<Finding> {
  try {
    return planFinding(await client.postWithProgress<MigrationPlan>("/api/admin/migrate", planRequest, onProgress))
  } catch (error) {
    if (!isAlyxError(error)) throw error
    const { message, next } = error
    const status = error.code === "SCHEMA_INVALID" ? "skipped" : "problem"
    return { title: appliedTitle, status, message, ...(next === undefined ? {} : { next }) }
  }
}

function daemonFinding(daemon: DaemonFile, version: string): Finding {
  const title = "Daemon"
  if (daemon.mode === "tool") return fine(title, "None runs; one was started for these checks.")
  if (daemon.version === version) return fine(title, `${daemon.version} in ${daemon.mode} mode, process ${daemon.pid}.`)
  return {
    title,
    status: "warning",
    message: `It is version ${daemon.version}, this command line is ${version}.`,
    next: "alyx restart brings it to this version.",
  }
}

function walFinding({ database }: StatsResponse): Finding {
  const title = "Log of the database"
  const size = `${Math.ceil(database.walBytes / 1024 ** 2)} MB`
  if (database.walBytes < walBytesWarned) return fine(title, `${size} not yet in the main file.`)
  return {
    title,
    status: "warning",
    message: `${size} are not yet in the main file: another program may hold a read transaction open.`,
    next: "Close other programs that have the database open; a restart empties the log too.",
  }
}

function integrityFinding({ integrity, durationMs }: DatabaseCheckResponse): Finding {
  const title = "Integrity"
  if (integrity.length === 0) return fine(title, `Every page was read and is sound (${durationMs} ms).`)
  return {
    title,
    status: "problem",
    message: `The database is damaged: ${integrity.slice(0, 3).join("; ")}.`,
    next: "Stop the daemon, keep a copy of the files, and restore the newest backup: alyx db restore .alyx/backups/…",
  }
}

function referencesFinding({ brokenReferences }: DatabaseCheckResponse): Finding {
  const title = "References"
  if (brokenReferences.length === 0) return fine(title, "Every document points to ones that exist.")
  const list = brokenReferences.map(({ collection, parent, count }) => `${count} of ${collection} to ${parent}`)
  return {
    title,
    status: "problem",
    message: `Documents point to others that do not exist: ${list.join(", ")}.`,
    next: 'alyx db query "SELECT * FROM pragma_foreign_key_check" lists them; delete them or mend their references.',
  }
}

function planFinding(plan: MigrationPlan): Finding {
  const title = appliedTitle
  const { changes, problems, files } = plan
  if (changes.length === 0 && problems.length === 0) return fine(title, "It is the written one.")
  const lines = changes.map(({ message }) => message).join(", ")
  if (problems.length > 0) {
    const message = `The written schema cannot be applied as it is: ${problems.map((problem) => problem.message).join(" ")}`
    return { title, status: "problem", message, next: "Look at: alyx migrate plan" }
  }
  const pending = files.length === 0 ? "" : ` after ${files.map(({ file }) => file).join(", ")}`
  return {
    title,
    status: "note",
    message: `The written one differs: ${lines}${pending}.`,
    next: files.length === 0 ? "The next alyx dev or alyx start applies it." : "Apply it with: alyx migrate apply",
  }
}

function historyFinding({ problems, notices, applied, pending }: MigrationsResponse): Finding {
  const title = "Migrations"
  const [first] = problems
  if (first !== undefined) {
    const message = problems.map((problem) => problem.message).join(" ")
    return { title, status: "problem", message, next: first.next ?? "Look at: alyx migrate status" }
  }
  const files = applied.filter(({ kind, rolledBackAt }) => kind === "file" && rolledBackAt === null)
  const count = `Files: ${files.length} applied, ${pending.length} pending.`
  return notices.length === 0 ? fine(title, count) : { title, status: "note", message: [count, ...notices].join(" ") }
}

function clockFinding({ newestChangeAt }: DatabaseCheckResponse, now: Date): Finding {
  const title = "Clock"
  const aheadMs = newestChangeAt === null ? 0 : Date.parse(newestChangeAt) - now.getTime()
  if (aheadMs <= clockToleranceMs) return fine(title, now.toISOString())
  return {
    title,
    status: "problem",
    message: `It says ${now.toISOString()}, but the newest change was made at ${newestChangeAt}.`,
    next: "Set the clock of this machine, and let it follow a time server: expiry, schedules and order depend on it.",
  }
}

function servedFinding(problem: NonNullable<StatsResponse["problem"]>): Finding {
  const { message, next, problems = [] } = problem
  return { title: "Served state", status: "problem", message, problems, ...(next === undefined ? {} : { next }) }
}
