import type { IncomingMessage } from "node:http"
import { Readable } from "node:stream"
import { setTimeout as delay } from "node:timers/promises"

import { alyxError, isAlyxError } from "../errors.ts"
import type { DaemonFile, LogEntry, SchemaResponse, ShutdownResponse, StatsResponse } from "../protocol/admin-api.ts"
import type { OnProgress, ProgressEvent } from "../protocol/progress.ts"
import { readServerSentEvents } from "./server-sent-events.ts"
import { errorFromWire, openResponse, requestJson } from "./socket-request.ts"
import type { SocketRequest } from "./socket-request.ts"

/** Which entries of the log are asked for. */
export interface LogQuery {
  /** How many past entries come first. */
  readonly tail: number
  /** Whether new entries follow until the daemon or the signal ends it. */
  readonly follow: boolean
  readonly kinds?: readonly LogEntry["kind"][]
  readonly signal?: AbortSignal
}

/** How often a log that breaks off is taken up again before it brings another entry. */
const reconnectCountMax = 25
const reconnectDelayMs = 200

/** What tells a daemon from the next one on the same socket. */
export type DaemonIdentity = Pick<DaemonFile, "socketPath" | "pid" | "startedAt">

/** The control API of one daemon, over its local socket. */
export class DaemonClient {
  readonly #daemon: DaemonIdentity
  readonly #socketPath: string

  constructor(daemon: DaemonIdentity) {
    this.#daemon = daemon
    this.#socketPath = daemon.socketPath
  }

  async stats(options: { readonly timeoutMs?: number } = {}): Promise<StatsResponse> {
    return requestJson({ socketPath: this.#socketPath, method: "GET", path: "/api/admin/stats", ...options })
  }

  async schema(): Promise<SchemaResponse> {
    return requestJson({ socketPath: this.#socketPath, method: "GET", path: "/api/admin/schema" })
  }

  async shutdown(): Promise<ShutdownResponse> {
    return requestJson({ socketPath: this.#socketPath, method: "POST", path: "/api/admin/shutdown" })
  }

  /** Asks for JSON. */
  async get<Answer>(path: string): Promise<Answer> {
    return requestJson({ socketPath: this.#socketPath, method: "GET", path })
  }

  /** Sends JSON and returns the JSON that is answered. */
  async post<Answer>(path: string, body: unknown, options: { readonly timeoutMs?: number } = {}): Promise<Answer> {
    return requestJson({ socketPath: this.#socketPath, method: "POST", path, ...jsonBody(body), ...options })
  }

  /** Sends what changes, and returns the JSON that is answered. */
  async patch<Answer>(path: string, body: unknown): Promise<Answer> {
    return requestJson({ socketPath: this.#socketPath, method: "PATCH", path, ...jsonBody(body) })
  }

  /** Sets something; nothing is answered. */
  async put(path: string, body: unknown): Promise<void> {
    return requestJson({ socketPath: this.#socketPath, method: "PUT", path, ...jsonBody(body) })
  }

  /** Ends something; what is answered may be nothing. */
  async delete<Answer = void>(path: string): Promise<Answer> {
    return requestJson({ socketPath: this.#socketPath, method: "DELETE", path })
  }

  /** Asks for long work, and returns its result; errors are thrown as they were there. A stream is sent as NDJSON. */
  async postWithProgress<Result>(path: string, body: unknown, onProgress: OnProgress): Promise<Result> {
    const content = body instanceof Readable ? ndjsonBody(body) : jsonBody(body)
    return this.#follow(path, { method: "POST", ...content }, onProgress)
  }

  /** Asks for what takes long to find out. */
  async getWithProgress<Result>(path: string, onProgress: OnProgress): Promise<Result> {
    return this.#follow(path, { method: "GET" }, onProgress)
  }

  async #follow<Result>(
    path: string,
    call: Pick<SocketRequest, "method" | "body" | "headers">,
    onProgress: OnProgress,
  ): Promise<Result> {
    const response = await this.open(path, { ...call, headers: { ...call.headers, accept: "text/event-stream" } })
    try {
      for await (const { data } of readServerSentEvents(response)) {
        const event = JSON.parse(data) as ProgressEvent<Result>
        if (event.event === "progress") onProgress(event.data)
        else if (event.event === "result") return event.data
        else throw errorFromWire(event.data)
      }
    } catch (error) {
      throw isAlyxError(error) ? error : endedEarly(error)
    } finally {
      response.destroy()
    }
    throw endedEarly()
  }

  /** Asks for an answer that is read as it comes, however long it takes to begin. */
  async open(
    path: string,
    options: Pick<SocketRequest, "method" | "body" | "headers" | "signal"> = { method: "GET" },
  ): Promise<IncomingMessage> {
    return openResponse({ socketPath: this.#socketPath, path, timeoutMs: 0, ...options })
  }

  /**
   * The log, entry by entry. A connection that breaks is taken up again where it broke, as long as the daemon lives;
   * the end of the daemon ends it without an error.
   */
  async *logs(query: LogQuery): AsyncGenerator<LogEntry> {
    let lastId: string | undefined
    for (let attempt = 0; attempt < reconnectCountMax; attempt += 1) {
      if (attempt > 0) await delay(reconnectDelayMs, undefined, { signal: query.signal }).catch(() => undefined)
      if (query.signal?.aborted) return
      // The same socket may be another daemon's by now: its log goes on where nobody has read, under its own address.
      if (lastId !== undefined && !(await this.#isStillThere())) return
      try {
        for await (const event of this.#openLog(query, lastId)) {
          lastId = event.id ?? lastId
          attempt = 0
          yield JSON.parse(event.data) as LogEntry
        }
      } catch (error) {
        if (query.signal?.aborted) return
        if (isAlyxError(error)) {
          if (error.code === "NO_DAEMON" && lastId !== undefined) return
          throw error
        }
        // Broken off in the middle: the daemon was killed, or let go of a slow reader. The next turn shows which.
        if (lastId === undefined) throw alyxError("DAEMON_UNREACHABLE", { cause: error })
      }
      if (!query.follow) return
    }
  }

  async #isStillThere(): Promise<boolean> {
    try {
      const { daemon } = await this.stats()
      return daemon.pid === this.#daemon.pid && daemon.startedAt === this.#daemon.startedAt
    } catch (error) {
      if (isAlyxError(error)) return error.code !== "NO_DAEMON"
      throw error
    }
  }

  async *#openLog(
    query: LogQuery,
    lastId: string | undefined,
  ): AsyncGenerator<{ id: string | undefined; data: string }> {
    const search = new URLSearchParams({ tail: String(query.tail), follow: String(query.follow) })
    for (const kind of query.kinds ?? []) search.append("kind", kind)
    const response = await openResponse({
      socketPath: this.#socketPath,
      method: "GET",
      path: `/api/admin/logs?${search.toString()}`,
      headers: { accept: "text/event-stream", ...(lastId === undefined ? {} : { "last-event-id": lastId }) },
      ...(query.signal ? { signal: query.signal } : {}),
    })
    try {
      yield* readServerSentEvents(response)
    } finally {
      response.destroy()
    }
  }
}

function endedEarly(cause?: unknown): Error {
  return alyxError("DAEMON_UNREACHABLE", {
    message: "The daemon ended before it said that the work was done.",
    next: "Look at alyx logs, then try again.",
    cause,
  })
}

function jsonBody(body: unknown): { body: string; headers: Record<string, string> } {
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } }
}

function ndjsonBody(body: Readable): { body: Readable; headers: Record<string, string> } {
  return { body, headers: { "content-type": "application/x-ndjson" } }
}
