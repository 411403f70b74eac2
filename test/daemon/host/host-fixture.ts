import { randomBytes, randomUUID } from "node:crypto"

import type { Caller } from "../../../src/daemon/caller.ts"
import { anonymous, bareRequest } from "../../../src/daemon/callers.ts"
import type { InvokeRequest, InvokeResult } from "../../../src/daemon/functions/functions.ts"
import type { HostAnswer, HostOperation } from "../../../src/daemon/functions/host-api.ts"
import type { Invocation } from "../../../src/daemon/functions/invocation.ts"
import { FunctionHost } from "../../../src/daemon/host/function-host.ts"
import type {
  HostParts,
  InProcessAnswer,
  InProcessCaller,
  InProcessRequest,
} from "../../../src/daemon/host/host-parts.ts"
import { alyxError } from "../../../src/errors.ts"
import type { FunctionManifest } from "../../../src/functions/function-manifest.ts"
import { defaultManifest } from "../../../src/functions/manifest/default-manifest.ts"
import { openRecords, refusal } from "../records/open-records.ts"
import type { RecordsOptions, TestRecords } from "../records/open-records.ts"

/** A call that a test makes host calls for. */
export interface TestCall {
  readonly invocation: Invocation
  /** Parses what the host answers: the body where there is one, else the value. */
  ask(operation: HostOperation, body?: string | Uint8Array, signal?: AbortSignal): Promise<unknown>
  answer(operation: HostOperation, body?: string | Uint8Array, signal?: AbortSignal): Promise<HostAnswer>
  /** The code of the error that it ends with, and all of it. */
  refusal(operation: HostOperation, body?: string): ReturnType<typeof refusal>
  /** Ends the call as the service does. */
  end(): void
}

/** What a call is made of, besides what tests mostly leave out. */
export interface CallOptions {
  readonly manifest?: Partial<FunctionManifest>
  readonly caller?: Caller
  readonly parent?: Invocation
  readonly timeoutMs?: number
}

/** Somebody with a token, or nobody. */
export function callerOf(id: string | null, requestId = "req_host"): Caller {
  const auth = { ...anonymous.auth, id, role: id === null ? null : "user" }
  return { ...anonymous, auth, owner: false, address: "127.0.0.1", requestId, request: bareRequest("127.0.0.1") }
}

/** A host over the records of a schema; tests put in what it asks of others. */
export class TestHost {
  readonly records: TestRecords
  readonly host: FunctionHost
  /** Requests to the server itself. */
  readonly dispatched: { readonly request: InProcessRequest; readonly from: InProcessCaller }[] = []
  inner: (request: InProcessRequest, from: InProcessCaller) => Promise<InProcessAnswer> = () =>
    Promise.resolve({ status: 200, headers: [["content-type", "application/json"]], body: Buffer.from("{}") })
  invoke: (request: InvokeRequest) => Promise<InvokeResult> = () => Promise.reject(alyxError("FUNCTION_NOT_FOUND"))
  resolve: HostParts["resolve"] = () => Promise.reject(new Error("no resolver"))
  ownUrl: string | null = "http://127.0.0.1:65530"
  readonly #ended: (() => void)[] = []

  constructor(records: TestRecords, more: Partial<Pick<HostParts, "data">> = {}) {
    this.records = records
    const { database, path } = records.database
    this.host = new FunctionHost({
      records: records.parts,
      database: { engine: database, path },
      secrets: { read: (names) => Object.fromEntries(names.map((name) => [name, `secret of ${name}`])) },
      functions: () => ({ invoke: (request) => this.invoke(request) }),
      url: () => this.ownUrl,
      dispatch: (request, from) => {
        this.dispatched.push({ request, from })
        return this.inner(request, from)
      },
      data: { write: () => Promise.reject(new Error("no data processes")) },
      resolve: (name) => this.resolve(name),
      ...more,
    })
  }

  call({ manifest = {}, caller = callerOf(null), parent, timeoutMs = 30_000 }: CallOptions = {}): TestCall {
    const ending = new AbortController()
    const startedAtMs = performance.now()
    const draft = {
      id: randomBytes(16).toString("hex"),
      executionId: randomUUID(),
      manifest: { ...defaultManifest("work"), file: "functions/work.yaml", ...manifest },
      caller,
      trigger: { type: "http" as const, id: null },
      request: null,
      requestId: caller.requestId,
      depth: parent === undefined ? 0 : parent.depth + 1,
      parent: parent ?? null,
      token: `alyx_call_${randomBytes(16).toString("hex")}`,
      beganAt: Date.now(),
      startedAtMs,
      deadlineMs: startedAtMs + timeoutMs,
      ended: ending.signal,
    }
    const invocation: Invocation = Object.assign(draft, { root: parent?.root ?? (draft as unknown as Invocation) })
    const end = (): void => {
      ending.abort()
      this.host.end(invocation)
    }
    this.#ended.push(end)
    const answer: TestCall["answer"] = (operation, body = "", signal) =>
      this.host.call(invocation, operation, typeof body === "string" ? Buffer.from(body) : body, signal)
    return {
      invocation,
      answer,
      ask: async (...asked) => {
        const { body, value } = await answer(...asked)
        return body === undefined ? value : (JSON.parse(Buffer.from(body).toString()) as unknown)
      },
      refusal: (...asked) => refusal(() => answer(...asked)),
      end,
    }
  }

  async remove(): Promise<void> {
    for (const end of this.#ended) end()
    this.host.stop()
    await this.records.database.remove()
  }
}

/** Opens a host over a new database with the tables of a schema. */
export async function openHost(schemaYaml: string, options?: RecordsOptions): Promise<TestHost> {
  return new TestHost(await openRecords(schemaYaml, options))
}

/** Posts of people: everybody reads what is published and their own, and writes their own. */
export const hostYaml = `
collections:
  users:
    fields:
      id: { type: string, primary: true }
      name: { type: string, nullable: true }
      post_count: { type: int, default: 0, min: 0, max: 1000000 }
      salary: { type: int, nullable: true, rules: { read: "doc.id == auth.id" } }
      secret: { type: string, nullable: true, internal: true }
    timestamps: false
    rules: { read: true, create: true, update: "auth.id != null", delete: "auth.id == doc.id" }
  posts:
    fields:
      id: { type: string, primary: true, default: auto }
      title: { type: string, maxLength: 40, unique: true }
      author_id: { type: string, references: users.id, onDelete: cascade }
      published: { type: bool, default: false }
      views: { type: int, default: 0 }
      rating: { type: float, nullable: true }
      tags: { type: json, nullable: true }
      at: { type: timestamp, nullable: true }
    timestamps: false
    rules:
      read: "doc.published || doc.author_id == auth.id"
      create: "doc.author_id == auth.id"
      update: "doc.author_id == auth.id"
      delete: "doc.author_id == auth.id"
`
