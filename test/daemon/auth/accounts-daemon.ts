import { onTestFinished } from "vitest"

import { DaemonClient } from "../../../src/client/daemon-client.ts"
import { startDaemon } from "../../../src/daemon/daemon.ts"
import { systemClock } from "../../../src/lib/clock.ts"
import type { SignedInResponse } from "../../../src/protocol/auth-api.ts"
import { builtPrograms } from "../../helpers/built-programs.ts"
import { sendTo, writeProject } from "../../helpers/running-daemon.ts"
import type { Answer } from "../../helpers/running-daemon.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

/** Sections of alyx.yaml. */
export interface WrittenConfig {
  readonly auth?: Readonly<Record<string, unknown>>
  readonly mail?: Readonly<Record<string, unknown>>
  readonly server?: Readonly<Record<string, unknown>>
}

/** What a test chooses: what stands in alyx.yaml besides the port, and files of the project. */
export interface AccountsDaemonOptions {
  readonly config?: WrittenConfig
  readonly schema?: string
  readonly mode?: "dev" | "start"
  readonly files?: Readonly<Record<string, string>>
}

/** A whole daemon in this process, where rules decide and accounts are real. */
export interface AccountsDaemon {
  readonly folder: string
  readonly url: string
  readonly client: DaemonClient
  /** All that was written to the log. */
  readonly log: () => string
  readonly send: (method: string, target: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>
  /** As who holds the token. */
  readonly sendAs: (token: string, method: string, target: string, body?: unknown) => Promise<Answer>
  readonly register: (email: string, password?: string) => Promise<SignedInResponse>
  readonly logIn: (email: string, password?: string) => Promise<Answer>
  /** Before the end of the test. */
  readonly stop: () => Promise<void>
}

/** What people of tests sign in with. */
export const goodPassword = "correct horse battery"

const usersSchema = `
collections:
  users:
    fields:
      id: { type: uuid, primary: true, default: auto }
      email: { type: string, unique: true }
      role: { type: string, default: user }
      verified: { type: bool, default: false }
      name: { type: string, default: "" }
    rules:
      create: "true"
      read: "auth.id == doc.id"
      update: "auth.id == doc.id"
`

/** Starts a daemon with accounts; it ends with the test. */
export async function startAccountsDaemon(options: AccountsDaemonOptions = {}): Promise<AccountsDaemon> {
  const folder = await tempFolder()
  const { server, auth, mail = {} } = options.config ?? {}
  const rates = { login: "1000/second", register: "1000/second", password_reset: "1000/second" }
  // JSON is YAML.
  const config = { server: { port: 0, ...server }, auth: { rate_limit: rates, ...auth }, mail }
  await writeProject(folder, {
    "schema.yaml": options.schema ?? usersSchema,
    "alyx.yaml": JSON.stringify(config),
    ...options.files,
  })
  const written: string[] = []
  const daemon = await startDaemon({
    root: folder,
    mode: options.mode ?? "start",
    isForeground: true,
    isWatching: false,
    isMigrating: false,
    flags: {},
    flagWords: [],
    env: { ALYX_SERVER_INSECURE_OPEN: "false" },
    version: "0.0.0",
    clock: systemClock,
    programs: await builtPrograms(),
    output: { write: (text) => written.push(text), isTerminal: false },
    onProgress: () => undefined,
    onFatal: () => undefined,
    onShutdown: () => undefined,
  })
  const stop = async (): Promise<void> => void (await daemon.stop())
  onTestFinished(stop)
  const url = daemon.file.url!
  const send: AccountsDaemon["send"] = (method, target, body, headers) => sendTo(url, method, target, body, headers)
  return {
    folder,
    url,
    client: new DaemonClient(daemon.file),
    log: () => written.join(""),
    send,
    sendAs: (token, method, target, body) => send(method, target, body, { authorization: `Bearer ${token}` }),
    register: async (email, password = goodPassword) => {
      const { status, body } = await send("POST", "/api/auth/register", { email, password })
      if (status !== 201) throw new Error(JSON.stringify(body))
      return body as SignedInResponse
    },
    logIn: (email, password = goodPassword) => send("POST", "/api/auth/login", { email, password }),
    stop,
  }
}
