import { alyxError, isAlyxError } from "../errors.ts"
import { loadConfig } from "../project/load-config.ts"
import { loadProjectSchema } from "../project/load-schema.ts"
import { optionFlags } from "../project/options.ts"
import type { ProjectPaths } from "../project/paths.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
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
  await stopDaemon(daemon)
  const flags = daemon.flags ?? []
  try {
    return await spawnDaemon({ paths, program, mode: daemon.mode, flags, onProgress })
  } catch (error) {
    throw withWayBack(error, daemon)
  }
}

/** Refuses files that the new daemon would refuse, while the old one still serves. */
function requireSoundFiles(root: string, { mode, flags = [] }: DaemonFile): void {
  const goesOn = "The old daemon still serves."
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

/** What only the database can tell, such as an unsafe change, is known when the old daemon is gone. */
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
