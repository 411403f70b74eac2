import { spawn } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"

import { postChunks } from "../posts.ts"
import { endChild, sendJson, waitForAnswer, withChild } from "./server.ts"
import type { BenchServer } from "./server.ts"

const launcher = path.join(import.meta.dirname, "../../bin/run.js")

const schema = `version: 1
collections:
  posts:
    fields:
      title: { type: string, maxLength: 200 }
      slug: { type: string, unique: true }
      author_id: { type: string }
      published: { type: bool, default: false }
      view_count: { type: int, default: 0 }
      content: { type: text }
      posted_at: { type: timestamp }
    indexes:
      - name: idx_author_posted
        fields: [author_id, posted_at]
    rules:
      create: "auth.id != null && doc.view_count >= 0"
      read: "auth.id != null && (doc.published == true || doc.author_id == auth.id || doc.view_count >= 0)"
`

const person = { email: "bench@example.test", password: "bench-password-1" }

/** Alyx as `alyx start` runs it, metrics on, with rules that need a look at each document. */
export async function startAlyx(options: {
  folder: string
  port: number
  pin: readonly string[]
  durability: "full" | "normal"
  env?: Readonly<Record<string, string>>
}): Promise<BenchServer> {
  const project = path.join(options.folder, `alyx-${options.durability}`)
  mkdirSync(project, { recursive: true })
  writeFileSync(path.join(project, "schema.yaml"), schema)
  writeFileSync(path.join(project, "alyx.yaml"), `database:\n  durability: ${options.durability}\n`)
  const [command, ...args] = [...options.pin, process.execPath, launcher, "start", "--port", String(options.port)]
  const child = spawn(command, args, {
    cwd: project,
    env: { ...process.env, ALYX_SERVER_RATE_LIMIT_ADDRESS: "1000000/second", ...options.env },
    stdio: ["ignore", "ignore", "inherit"],
  })
  const base = `http://127.0.0.1:${options.port}`
  const { ids, authorization } = await withChild(child, async () => {
    await waitForAnswer(`${base}/health/ready`)
    const signedIn = await sendJson("POST", `${base}/api/auth/register`, person)
    const bearer = `Bearer ${(signedIn as { access_token: string }).access_token}`
    return { ids: await seed(base, bearer), authorization: bearer }
  })
  return {
    name: options.durability === "full" ? "Alyx" : "Alyx, durability: normal",
    pid: child.pid!,
    port: options.port,
    ids,
    paths: {
      get: (id) => `/api/collections/posts/${id}`,
      list: "/api/collections/posts?filter=author_id:eq:author7&filter=published:eq:true&sort=-posted_at&limit=20",
      create: "/api/collections/posts",
    },
    createdStatus: 201,
    authorization,
    stop: () => endChild(child),
  }
}

async function seed(base: string, authorization: string): Promise<string[]> {
  const ids: string[] = []
  for (const chunk of postChunks()) {
    const operations = chunk.map((data) => ({ op: "create", collection: "posts", data }))
    const answer = (await sendJson("POST", `${base}/api/batch`, { operations }, authorization)) as {
      results: { id: string }[]
    }
    ids.push(...answer.results.map((result) => result.id))
  }
  return ids
}
