import path from "node:path"

import { onTestFinished } from "vitest"

import { systemClock } from "../../../src/lib/clock.ts"
import type { Identity } from "../../../src/daemon/caller.ts"
import { administrator, anonymous } from "../../../src/daemon/callers.ts"
import { LiveQueryCore } from "../../../src/daemon/realtime/live-query-core.ts"
import { LiveSockets } from "../../../src/daemon/realtime/live-sockets.ts"
import type { RealtimeConfig } from "../../../src/daemon/realtime/live-sockets.ts"
import { socketLimits } from "../../../src/daemon/realtime/socket-limits.ts"
import type { SocketLimits } from "../../../src/daemon/realtime/socket-limits.ts"
import type { Signals } from "../../../src/daemon/signals/signals.ts"
import { sendJson, startHttp } from "../http/http-fixture.ts"
import type { HttpOptions, RunningHttp } from "../http/http-fixture.ts"
import { WatchedQueries } from "./watched-queries.ts"

/** Those who are signed in read their own notes, whose text is their id; nobody else reads any but admins. */
const ownNotesSchema = `
collections:
  notes:
    fields:
      title: { type: string, maxLength: 200 }
      text: { type: text, default: "" }
    rules:
      read: auth.id == doc.text
`

/** A server whose sockets are open. */
export interface RunningLive extends RunningHttp {
  readonly sockets: LiveSockets
  readonly live: WatchedQueries
  readonly signals: Signals
  /** Where the owner asks. */
  readonly socketPath: string
  /** Writes notes, as the owner. */
  readonly write: (...titles: readonly string[]) => Promise<void>
}

export interface LiveOptions extends HttpOptions {
  readonly limits?: Partial<SocketLimits>
  readonly config?: Partial<RealtimeConfig>
  readonly messageLimitBytes?: number
  /** Whom tokens belong to; the accounts of the server where left out. */
  readonly identify?: (token: string) => Identity | Promise<Identity>
}

/** Serves sockets over a real database. */
export async function startLive(options: LiveOptions = {}): Promise<RunningLive> {
  const made: { sockets?: LiveSockets; live?: WatchedQueries; signals?: Signals } = {}
  const isOpen = options.server?.insecureOpen ?? true
  const http = await startHttp({
    schemaText: ownNotesSchema,
    ...options,
    live: ({ records, identities, logger, signals }) => {
      made.signals = signals
      made.live = new WatchedQueries(
        new LiveQueryCore({
          records,
          signals,
          pollIntervalMs: () => 250,
          onWarning: (error) => logger.error("live queries failed", { error }),
        }),
      )
      made.sockets = new LiveSockets({
        live: made.live,
        identify: options.identify ?? ((token) => identities.identify(token)),
        nobody: () => (isOpen ? administrator : anonymous),
        config: () => ({
          connectionsMax: 10_000,
          connectionsPerAddressMax: 1_000,
          subscriptionsMax: 100,
          askedRate: null,
          ...options.config,
        }),
        messageLimitBytes: options.messageLimitBytes ?? 64 * 1024,
        signals,
        logger,
        clock: systemClock,
        limits: { ...socketLimits, ...options.limits },
      })
      made.sockets.start()
      return made.sockets
    },
  })
  const { sockets, live, signals } = made as Required<typeof made>
  await live.core.start()
  onTestFinished(() => live.core.stop())
  onTestFinished(() => sockets.stop())
  const folder = path.dirname(http.databaseFile)
  const socketPath = path.join(folder, "alyx.sock")
  await http.app.listenLocal(socketPath)
  const write = async (...titles: readonly string[]): Promise<void> => {
    const operations = titles.map((title) => {
      const data = { title: title.slice(0, 100), text: title.split(" of ")[1] ?? "" }
      return { op: "create", collection: "notes", data }
    })
    const answer = await sendJson(socketPath, "POST", "/api/batch", { operations })
    if (answer.status !== 200) throw new Error(answer.text)
  }
  return { ...http, sockets, live, signals, socketPath, write }
}
