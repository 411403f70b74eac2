import type { ReleaseStack } from "../../lib/release-stack.ts"
import type { Identity } from "../caller.ts"
import { administrator, anonymous } from "../callers.ts"
import type { Identities } from "../http/parts.ts"
import type { LiveQueries } from "../realtime/live-queries.ts"
import { LiveSockets } from "../realtime/live-sockets.ts"
import { socketLimits } from "../realtime/socket-limits.ts"
import type { Parts } from "./open-parts.ts"

/** Makes what takes over the connections of live queries; it acts like the HTTP edge where the server is open. */
export function openSockets(
  { read, config, signals, logger }: Pick<Parts, "read" | "config" | "signals" | "logger">,
  { live, identities }: { readonly live: LiveQueries; readonly identities: Identities },
  release: ReleaseStack,
): LiveSockets {
  const isOpen = (): boolean => config.current.server.insecureOpen
  const known = (identity: Identity): Identity => (isOpen() ? { ...identity, isAdmin: true } : identity)
  const sockets = new LiveSockets({
    live,
    identify: (token) => {
      const found = identities.identify(token)
      return found instanceof Promise ? found.then(known) : known(found)
    },
    nobody: () => (isOpen() ? administrator : anonymous),
    config: () => config.current.realtime,
    messageLimitBytes: read.config.realtime.messageLimitBytes,
    signals,
    logger,
    limits: socketLimits,
  })
  sockets.start()
  release.push("sockets", () => sockets.stop())
  return sockets
}
