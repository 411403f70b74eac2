import { alyxError, isAlyxError } from "../errors.ts"
import type { DaemonFile } from "../protocol/admin-api.ts"
import { awaitTools } from "./await-tools.ts"
import { DaemonClient } from "./daemon-client.ts"
import { lookForDaemon } from "./find-daemon.ts"
import { spawnAttachedDaemon } from "./spawn-daemon.ts"
import type { DaemonLaunch } from "./spawn-daemon.ts"
import { endOf, untilInterrupted } from "./until-interrupted.ts"

/** What withDaemon is told. */
export interface ToolLaunch extends Omit<DaemonLaunch, "mode"> {
  /** False fails with NO_DAEMON when none runs. */
  readonly mayStart: boolean
}

/** Two commands that start at once: the one that lost the race for the database tries again, so often. */
const attemptCountMax = 5

/**
 * Does work that needs the database: with the daemon that serves the project, or else with one that is started for the
 * length of the work. That one has no TCP port, leaves the schema as it is, and ends with this process, however it ends.
 */
export async function withDaemon<T>(
  launch: ToolLaunch,
  work: (client: DaemonClient, daemon: DaemonFile) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    const running = await lookForDaemon(launch.paths)
    if (running !== undefined) return work(new DaemonClient(running), running)
    if (!launch.mayStart) {
      throw alyxError("NO_DAEMON", {
        message: `No daemon runs for ${launch.paths.root}.`,
        next: "Leave out --no-daemon, or start one with alyx dev or alyx start.",
      })
    }
    await awaitTools(launch)
    const own = await spawnOwn(launch, { isLast: attempt === attemptCountMax })
    if (own === undefined) continue
    const { daemon, child } = own
    try {
      return await untilInterrupted(child, () => work(new DaemonClient(daemon), daemon))
    } finally {
      await endOf(child)
    }
  }
}

async function spawnOwn(
  launch: ToolLaunch,
  { isLast }: { readonly isLast: boolean },
): Promise<Awaited<ReturnType<typeof spawnAttachedDaemon>> | undefined> {
  try {
    return await spawnAttachedDaemon({ ...launch, mode: "tool" })
  } catch (error) {
    if (isAlyxError(error, "DATABASE_LOCKED") && !isLast) return undefined
    throw error
  }
}
