import { once } from "node:events"
import { request as ask, type IncomingHttpHeaders } from "node:http"
import { connect, type Socket } from "node:net"
import path from "node:path"

import { onTestFinished } from "vitest"

import type { Identity } from "../../../src/daemon/caller.ts"
import { Activity } from "../../../src/daemon/activity.ts"
import { DaemonLog } from "../../../src/daemon/daemon-log.ts"
import { createHttpApp, type HttpApp } from "../../../src/daemon/http/app.ts"
import type { FunctionEdge } from "../../../src/daemon/http/function-edge.ts"
import type { HttpConfig, HttpParts, LiveEdge } from "../../../src/daemon/http/parts.ts"
import { defaultRecordLimits } from "../../../src/daemon/records/records.ts"
import { RequestTraces } from "../../../src/daemon/request-trace.ts"
import type { MigrationService } from "../../../src/daemon/served/migration-service.ts"
import type { Signals } from "../../../src/daemon/signals/signals.ts"
import { SchemaHolder } from "../../../src/daemon/schema-holder.ts"
import { LocalSignals } from "../../../src/daemon/signals/signals.ts"
import { systemClock } from "../../../src/lib/clock.ts"
import type { Clock } from "../../../src/lib/clock.ts"
import type { StatsResponse } from "../../../src/protocol/admin-api.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { openTestAuth } from "../auth/auth-fixture.ts"
import type { SentMails } from "../auth/auth-fixture.ts"
import { openTestDatabase } from "./test-database.ts"

/** A configuration for the HTTP edge: the defaults on a free port, open to everyone, but for what a test says. */
export function httpConfig(server: Partial<HttpConfig["server"]> = {}): HttpConfig {
  return {
    api: { docs: true },
    metrics: { token: null },
    server: {
      host: "127.0.0.1",
      port: 0,
      hosts: [],
      trustedProxies: [],
      cors: { origins: [] },
      bodyLimitBytes: 10_000,
      urlLimitBytes: 2_000,
      requestTimeoutMs: 30_000,
      keepAliveTimeoutMs: 72_000,
      maxConnections: 1_000,
      drainTimeoutMs: 5_000,
      slowRequestMs: 60_000,
      insecureOpen: true,
      publicUrl: null,
      rateLimit: { address: null, key: null },
      compression: true,
      ...server,
    },
  }
}

/** What a test of the HTTP edge looks at. */
export interface RunningHttp {
  readonly app: HttpApp
  readonly port: number
  readonly databaseFile: string
  readonly parts: HttpParts
  readonly activity: Activity
  /** The mails about accounts that would have been sent. */
  readonly sent: SentMails
  /** Changes the live configuration. */
  readonly configure: (server: Partial<HttpConfig["server"]>) => void
  /** The lines of the log, parsed. */
  readonly logLines: readonly Record<string, unknown>[]
  /** How often the daemon was asked to end. */
  readonly shutdowns: () => number
}

/** What a test may choose. */
export interface HttpOptions {
  readonly server?: Partial<HttpConfig["server"]>
  readonly metrics?: HttpConfig["metrics"]
  readonly mode?: HttpParts["mode"]
  readonly schemaText?: string
  /** Values of the configuration of accounts, by their places: `{ "auth.jwt.access_ttl": "1h" }`. */
  readonly auth?: Readonly<Record<string, string>>
  readonly clock?: Clock
  /** None where left out. */
  readonly functions?: FunctionEdge
  /** Whom tokens belong to; the accounts of the server where left out. */
  readonly identify?: (token: string) => Identity | Promise<Identity>
  /** What takes over sockets; without it nothing does. */
  readonly live?: (
    made: Pick<HttpParts, "records" | "identities" | "logger"> & { readonly signals: Signals },
  ) => LiveEdge
}

/** A real HTTP edge over a real database in a temporary folder, listening on a free port until the test ends. */
export async function startHttp(options: HttpOptions = {}): Promise<RunningHttp> {
  const folder = await tempFolder()
  const databaseFile = path.join(folder, "alyx.db")
  const { database, schema } = await openTestDatabase(databaseFile, options.schemaText)
  const logLines: Record<string, unknown>[] = []
  let config = { ...httpConfig(options.server), metrics: options.metrics ?? { token: null } }
  let shutdownCount = 0
  const schemas = new SchemaHolder(schema)
  const traces = options.mode === "dev" ? new RequestTraces() : null
  const activity = new Activity(() => new Date())
  const output = {
    write: (line: string) => logLines.push(JSON.parse(line) as Record<string, unknown>),
    isTerminal: false,
  }
  const logger = new DaemonLog({ mode: "start", output, activity }, { level: "debug", format: "json" })
  const { clock = systemClock, mode = "start" } = options
  const records = {
    database,
    schemas,
    clock,
    limits: defaultRecordLimits,
    explains: false,
    accountsCollection: "users",
    accountsChanged: () => signals.nudge("accounts"),
  }
  const values = options.auth ?? {}
  const signals = new LocalSignals()
  const { auth, identities, sent } = openTestAuth({ folder, records, schemas, signals, clock, mode, logger, values })
  const parts: HttpParts = {
    config: () => config,
    schemas,
    auth,
    identities: { identify: options.identify ?? ((token) => identities.identify(token)) },
    records,
    live: options.live?.({ records, identities, logger, signals }) ?? null,
    functions: options.functions ?? noFunctions,
    activity,
    admin: {
      stats: () => Promise.resolve({ uptimeSeconds: 1 } as StatsResponse),
      schema: () => ({ hash: schema.hash, schema: {} }),
      checkDatabase: () => Promise.reject(new Error("no test asks")),
      shutdown: () => void (shutdownCount += 1),
    },
    migrations: untaken,
    data: {
      dump: () => {
        throw new Error("no test asks")
      },
      query: () => {
        throw new Error("no test asks")
      },
      write: noTestAsks,
      restore: noTestAsks,
      reset: noTestAsks,
      backup: noTestAsks,
    },
    seedAndFake: {
      seed: () => Promise.reject(new Error("no test asks")),
      fake: () => Promise.reject(new Error("no test asks")),
    },
    logger,
    clock,
    mode,
    version: "1.2.3",
    traces,
  }
  const app = createHttpApp(parts)
  onTestFinished(() => app.close({ drainTimeoutMs: 0 }))
  const { port } = await app.listenTcp({ host: "127.0.0.1", port: 0 })
  return {
    app,
    port,
    databaseFile,
    parts,
    activity,
    sent,
    logLines,
    configure: (server) => void (config = { ...config, server: { ...config.server, ...server } }),
    shutdowns: () => shutdownCount,
  }
}

/** What a project without functions has. */
export const noFunctions: FunctionEdge = {
  registry: { all: [], get: () => undefined },
  service: {
    invoke: noTestAsks,
    findByToken: () => undefined,
    stats: () => ({ workers: 0, instances: 0, running: 0, queued: 0 }),
  },
  executions: {
    list: () => [],
    listInFull: () => ({ executions: [], next: null }),
    get: () => undefined,
    flush: () => Promise.resolve(),
  },
  secrets: { list: () => [], set: noTestAsks, remove: () => Promise.resolve(false) },
  sources: [],
  callsOf: () => ({ total: 0, failed: 0, p50Ms: null, p99Ms: null, perSecond: [] }),
  limitsOf: () => {
    throw new Error("no test asks")
  },
  reload: () => Promise.resolve([]),
  loaded: () => Promise.resolve(),
  onChange: () => () => undefined,
  onEnded: () => () => undefined,
  root: "/nowhere",
  requireNoTransaction: () => undefined,
  hostCall: noTestAsks,
  metricsText: () => "",
}

/** Migrations are asked for over the socket of a whole daemon: test/commands/migrate.test.ts. */
const untaken: MigrationService = {
  status: noTestAsks,
  plan: noTestAsks,
  apply: noTestAsks,
  rollbackPlan: noTestAsks,
  rollback: noTestAsks,
  planFor: noTestAsks,
  applyFor: noTestAsks,
}

function noTestAsks(): Promise<never> {
  return Promise.reject(new Error("no test asks"))
}

/** Where a request goes, and what is in it. */
export interface Sent {
  readonly method?: string
  readonly path?: string
  readonly headers?: Record<string, string | string[]>
  readonly body?: string | Uint8Array
  readonly socketPath?: string
}

/** What came back. */
export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  readonly bytes: Buffer
  /** The body as JSON; undefined when it is none. */
  readonly body: any // oxlint-disable-line typescript/no-explicit-any -- a test looks into whatever was answered
}

/** Sends one request over a connection of its own and reads the whole answer. */
export async function send(to: number | string, sent: Sent = {}): Promise<Answer> {
  const asking = ask({
    ...(typeof to === "number" ? { host: "127.0.0.1", port: to } : { socketPath: to }),
    agent: false,
    method: sent.method ?? "GET",
    path: sent.path ?? "/",
    headers: { host: "localhost", ...sent.headers },
  })
  asking.end(sent.body)
  const { promise, resolve, reject } = Promise.withResolvers<Answer>()
  asking.on("error", reject)
  asking.on("response", (response) => {
    const chunks: Buffer[] = []
    response.on("data", (chunk: Buffer) => chunks.push(chunk))
    response.on("error", reject)
    response.on("end", () => {
      const bytes = Buffer.concat(chunks)
      const text = bytes.toString("utf8")
      resolve({ status: response.statusCode ?? 0, headers: response.headers, text, bytes, body: parsed(text) })
    })
  })
  return promise
}

/** Sends JSON. */
export function sendJson(to: number | string, method: string, target: string, body: unknown): Promise<Answer> {
  const headers = { "content-type": "application/json" }
  return send(to, { method, path: target, headers, body: JSON.stringify(body) })
}

/** A bare connection, for what no HTTP client would send. */
export interface RawConnection {
  readonly socket: Socket
  write(bytes: string | Uint8Array): void
  /** Everything that was received when the other side has closed. */
  readonly received: Promise<string>
  /** Waits until what was received matches. */
  until(pattern: RegExp): Promise<string>
}

/** Opens a bare connection; it is closed when the test ends. */
export async function openRaw(port: number): Promise<RawConnection> {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true })
  await once(socket, "connect")
  let text = ""
  const waiting = new Set<() => void>()
  socket.setEncoding("latin1")
  socket.on("data", (chunk: string) => {
    text += chunk
    for (const look of waiting) look()
  })
  // A reset is one of the ways in which the other side closes.
  socket.on("error", () => undefined)
  const received = once(socket, "close").then(() => text)
  socket.on("end", () => socket.end())
  onTestFinished(() => void socket.destroy())
  return {
    socket,
    received,
    write: (bytes) => void socket.write(bytes),
    until: (pattern) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!pattern.test(text)) return
          waiting.delete(look)
          resolve(text)
        }
        waiting.add(look)
        socket.on("close", () => reject(new Error(`closed before ${pattern} came: ${text}`)))
        look()
      }),
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
