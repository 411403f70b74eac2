import type { ReleaseStack } from "../../lib/release-stack.ts"
import type { Identity } from "../caller.ts"
import { administrator, anonymous } from "../callers.ts"
import type { Identities } from "../http/parts.ts"
import { LiveQueryCore } from "../realtime/live-query-core.ts"
import { LiveSockets } from "../realtime/live-sockets.ts"
import { socketLimits } from "../realtime/socket-limits.ts"
import type { RecordParts } from "../records/records.ts"
import type { Parts } from "./open-parts.ts"

/** What live queries read, and who follows them. */
export interface RealtimeSources {
  readonly records: RecordParts
  readonly identities: Identities
}

/**
 * Makes what follows queries and what takes over their connections. Null where `realtime.enabled` is false, and for the
 * length of one command, which nobody else can follow.
 */
export async function openRealtime(
  { options, read, config, signals, logger, clock }: Parts,
  { records, identities }: RealtimeSources,
  release: ReleaseStack,
): Promise<LiveSockets | null> {
  if (!read.config.realtime.enabled || options.mode === "tool") return null
  const live = new LiveQueryCore({
    records,
    signals,
    pollIntervalMs: () => config.current.realtime.pollIntervalMs,
    onWarning: (error) => logger.warn("Live queries could not be brought up to date; they are tried again.", { error }),
  })
  await live.start()
  release.push("live queries", () => live.stop())
  const isOpen = (): boolean => config.current.server.insecureOpen
  // Who is who here is who is who in requests, where the server is open too.
  const known = (identity: Identity): Identity => (isOpen() ? { ...identity, isAdmin: true } : identity)
  const sockets = new LiveSockets({
    live,
    identify: (token) => {
      const found = identities.identify(token)
      return found instanceof Promise ? found.then(known) : known(found)
    },
    nobody: () => (isOpen() ? administrator : anonymous),
    config: () => ({ ...config.current.realtime, askedRate: config.current.server.rateLimit.address }),
    messageLimitBytes: read.config.realtime.messageLimitBytes,
    signals,
    logger,
    clock,
    limits: socketLimits,
  })
  sockets.start()
  release.push("sockets", () => sockets.stop())
  return sockets
}
