import { setTimeout as delay } from "node:timers/promises"

import { alyxError, isAlyxError } from "../errors.ts"
import { loadConfig } from "../project/load-config.ts"
import { loadProjectSchema } from "../project/load-schema.ts"
import { optionFlags } from "../project/options.ts"
import type { ProjectPaths } from "../project/paths.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import type { MigrateRequest, MigrationPlan } from "../protocol/migrations-api.ts"
import { DaemonClient } from "./daemon-client.ts"
import { requireDaemon } from "./find-daemon.ts"
import { spawnDaemon } from "./spawn-daemon.ts"
import type { DaemonLaunch } from "./spawn-daemon.ts"
import { stopDaemon } from "./stop-daemon.ts"

/** Stops the project's daemon and starts one in the same mode and with the same flags. */
export async function restartDaemon(options: {
  readonly paths: ProjectPaths
  /** dist/daemon/main.js */
  readonly program: string
  readonly onProgress: NonNullable<DaemonLaunch["onProgress"]>
}): Promise<DaemonFile> {
  const { paths, program, onProgress } = options
  const daemon = await requireDaemon(paths)
  if (daemon.logFile === null) {
    throw alyxError("CONFLICT", {
      message: `The daemon (process ${daemon.pid}) runs in the foreground, in the hands of what started it.`,
      next: "Restart it there: with your service manager, your container, or Ctrl-C in its terminal.",
    })
  }
  requireSoundFiles(paths.root, daemon)
  onProgress("Asking the running daemon whether the schema can be applied")
  await requireSoundPlan(daemon)
  await stopDaemon(daemon)
  const flags = daemon.flags ?? []
  try {
    return await spawnDaemon({ paths, program, mode: daemon.mode, flags, onProgress })
  } catch (error) {
    throw withWayBack(error, daemon)
  }
}

const goesOn = "The old daemon still serves."

/** Refuses files that the new daemon would refuse, while the old one still serves. */
function requireSoundFiles(root: string, { mode, flags = [] }: DaemonFile): void {
  const { problems } = loadConfig({ root, env: process.env, flags: flagValues(flags), mode })
  if (problems.length > 0) {
    throw alyxError("CONFIG_INVALID", { message: `Not restarted: the configuration has problems. ${goesOn}`, problems })
  }
  const schema = loadProjectSchema(root)
  if (schema.problems.length > 0) {
    const { problems: found } = schema
    throw alyxError("SCHEMA_INVALID", {
      message: `Not restarted: schema.yaml has problems. ${goesOn}`,
      problems: found,
    })
  }
}

/** The words of a command line as loadConfig takes them, by the option's place. */
function flagValues(words: readonly string[]): Record<string, string | boolean> {
  return Object.fromEntries(
    optionFlags().flatMap(({ flag, path, isSwitch }) => {
      const index = words.indexOf(`--${flag}`)
      if (index === -1) return []
      return [[path, isSwitch ? true : (words[index + 1] ?? "")]]
    }),
  )
}

/** How long the old daemon may look through its documents; a restart goes on without its word then. */
const planMsMax = 90_000

/** Refuses a schema that a server would not start with. In dev the last good one is served, whatever is written. */
async function requireSoundPlan(daemon: DaemonFile): Promise<void> {
  if (daemon.mode !== "start") return
  const plan = await planOf(daemon)
  if (plan === undefined) return
  const { files, problems } = plan
  if (problems.length > 0) {
    const open = files.findLast(({ operations }) => operations.length === 0)
    throw alyxError("UNSAFE_CHANGES", {
      message: `Not restarted: the new daemon would refuse the schema. ${goesOn}`,
      next:
        open === undefined
          ? "Write what is meant into a migration file: alyx migrate create <name>. Or put schema.yaml back."
          : `${open.file} does nothing yet: answer what it asks, or write into it what is meant. Or put schema.yaml back.`,
      problems,
    })
  }
  const waiting = files.filter(({ operations }) => operations.length > 0).map(({ file }) => file)
  // --migrate is for one start, and is not among the flags of the next.
  if (waiting.length === 0) return
  throw alyxError("MIGRATIONS_PENDING", {
    message: `Not restarted: ${waiting.join(", ")} ${waiting.length === 1 ? "waits" : "wait"} to be applied, and the new daemon would not start. ${goesOn}`,
    next: "Apply what waits, which the running daemon does without a restart: alyx migrate apply",
  })
}

/** What the old daemon would do for the files as they are; undefined where it cannot tell, as one of an older version. */
async function planOf(daemon: DaemonFile): Promise<MigrationPlan | undefined> {
  const patience = new AbortController()
  const request: MigrateRequest = { action: "plan" }
  const asked = new DaemonClient(daemon)
    .postWithProgress<MigrationPlan>("/api/admin/migrate", request, () => undefined)
    .catch((error: unknown) => {
      if (!isAlyxError(error)) throw error
      return undefined
    })
  const late = delay(planMsMax, undefined, { signal: patience.signal }).catch(() => undefined)
  try {
    return await Promise.race([asked, late])
  } finally {
    patience.abort()
  }
}

/** What only the start itself can tell, such as a port that somebody took, is known when the old daemon is gone. */
function withWayBack(error: unknown, { mode, flags = [] }: DaemonFile): unknown {
  if (!isAlyxError(error)) return error
  const start = ["alyx", ...(mode === "start" ? ["start", "--detach"] : ["dev"]), ...flags].join(" ")
  return alyxError(error.code, {
    message: `The old daemon was stopped, and the new one did not start; nothing serves now. ${error.message}`,
    next: `${error.next === undefined ? "" : `${error.next} `}Or put back the files that served until now, then: ${start}`,
    problems: error.problems,
    ...(error.details === undefined ? {} : { details: error.details }),
    cause: error,
  })
}
