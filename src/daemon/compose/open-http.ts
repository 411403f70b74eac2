import type { ReleaseStack } from "../../lib/release-stack.ts"
import { projectPaths } from "../../project/paths.ts"
import type { AuthParts } from "../auth/auth.ts"
import { DataService } from "../data/data-service.ts"
import { DatabaseCheck } from "../served/check-database.ts"
import { DaemonStatus } from "../status/daemon-status.ts"
import { identityOf } from "../status/daemon-identity.ts"
import { createHttpApp } from "../http/app.ts"
import type { HttpApp } from "../http/app.ts"
import { listenOn, urlOf } from "../http/listen-on.ts"
import type { ReadConfig } from "../served/read-config.ts"
import { liveRecordLimits } from "../served/record-limits.ts"
import { SeedAndFake } from "../data/seed-and-fake.ts"
import { openAuth } from "./open-auth.ts"
import { openFunctions } from "./open-functions.ts"
import type { OpenedFunctions } from "./open-functions.ts"
import type { Parts } from "./open-parts.ts"
import { openRealtime } from "./open-realtime.ts"

/** The edge that is open, and what it answers the owner with. */
export interface OpenedHttp {
  readonly http: HttpApp
  readonly status: DaemonStatus
  readonly data: DataService
  readonly auth: AuthParts
  readonly functions: OpenedFunctions
}

/** The command that a daemon in tool mode works for was interrupted or has ended: it only hears the last word. */
const toolDrainMs = 1_000

/** Before the end of a drain calls of functions are ended, so that their callers still get an answer. */
const lastWordShare = 0.1

/** Opens the addresses before the schema is applied: a start that cannot have them has changed nothing then. */
export async function openHttp(parts: Parts, release: ReleaseStack): Promise<OpenedHttp> {
  const { options, read, config, activity, logger, traces, database, schemas, signals, clock } = parts
  const { mode, version } = options
  const check = new DatabaseCheck({ path: () => database.path, readerProcess: options.programs.readerProcess })
  release.push("database check", () => check.stop())
  const status = new DaemonStatus({
    ...parts,
    identity: identityOf(options, clock),
    url: () => urlIfOpen(http),
    requests: () => http.requestCounts(),
    realtime: () => http.liveStats(),
    functions: () => functions.registry.all,
    clients: () => activity.followerCount,
    shutdown: options.onShutdown,
    check,
  })
  const data = dataServiceOf(parts)
  release.push("data processes", () => data.stop())
  const limits = liveRecordLimits(config)
  const records = {
    database,
    schemas,
    clock,
    get limits() {
      return limits()
    },
    explains: mode === "dev",
    get accountsCollection() {
      return config.current.auth.collection
    },
    accountsChanged: () => signals.nudge("accounts"),
  }
  const { auth, identities } = await openAuth(parts, { records, ownAddress: () => urlIfOpen(http) }, release)
  const live = await openRealtime(parts, { records, identities }, release)
  const functions: OpenedFunctions = await openFunctions(
    parts,
    { records, data, url: () => urlIfOpen(http), dispatch: (request, from) => http.dispatch(request, from) },
    release,
  )
  const shared = {
    auth,
    identities,
    schemas,
    records,
    live,
    functions,
    activity,
    admin: status,
    migrations: parts.migrations,
    seedAndFake: seedAndFakeOf(parts),
    data,
    logger,
    clock,
    mode,
    version,
    traces,
  }
  const http = createHttpApp({ ...shared, config: () => config.current })
  release.push("http", async () => {
    const drainTimeoutMs = mode === "tool" ? toolDrainMs : config.current.server.drainTimeoutMs
    const lastWord = setTimeout(() => functions.endCalls(), drainTimeoutMs * (1 - lastWordShare))
    await http.close({ drainTimeoutMs })
    clearTimeout(lastWord)
  })
  await http.listenLocal(projectPaths(options.root).socketPath)
  if (mode !== "tool") await listenOn((address) => http.listenTcp(address), addressOptions(parts, read))
  return { http, status, data, auth, functions }
}

function dataServiceOf({ options, database, schemas, clock }: Parts): DataService {
  const { root, mode, version, programs } = options
  const { backupsDir } = projectPaths(root)
  return new DataService({
    root,
    backupsDir,
    mode,
    version,
    database,
    schemas,
    clock,
    processUrl: programs.dataProcess,
  })
}

function seedAndFakeOf({ options, database, schemas, clock, config, signals }: Parts): SeedAndFake {
  const { stateDir } = projectPaths(options.root)
  const cacheBytes = (): number => config.current.database.cacheSizeBytes
  return new SeedAndFake({
    database,
    schemas,
    clock,
    stateDir,
    cacheBytes,
    accountsCollection: () => config.current.auth.collection,
    accountsChanged: () => signals.nudge("accounts"),
    programs: options.programs,
  })
}

/** Where to listen; in dev another port will do when nobody asked for this one. */
export function addressOptions(
  { options, logger }: Parts,
  { config, isPortAsked }: ReadConfig,
): Parameters<typeof listenOn>[1] {
  const { host, port } = config.server
  return { address: { host, port }, mayMove: options.mode === "dev" && !isPortAsked, logger }
}

function urlIfOpen(http: HttpApp): string | null {
  const address = http.address()
  return address === null ? null : urlOf(address)
}
