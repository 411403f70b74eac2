import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"

import { build, repositoryRoot as root } from "./build.ts"
import type { Stage } from "./picture/stage.ts"
import { openStage } from "./picture/stage.ts"

// `node scripts/pictures.ts`: draws the pictures of README.md and docs/dev.md from a real run of `alyx dev` in a real
// terminal.
await build({ root, force: false })
const cli = path.join(root, "bin/run.js")
const pictures = path.join(root, "docs/pictures")

const folder = mkdtempSync(path.join(tmpdir(), "alyx-picture-"))
const project = path.join(folder, "blog")
try {
  spawnSync(process.execPath, [cli, "init", "blog", "--template", "blog", "--yes"], { cwd: folder, stdio: "pipe" })
  const stage = openStage({ args: [cli, "dev"], cwd: project, columns: 112, rows: 32 })
  await stage.shows("http://127.0.0.1:")
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(stage.text())![0]
  mkdirSync(pictures, { recursive: true })
  await requestsAndReloads(stage, url)
  await openedRequest(stage)
  await refusedChange(stage)
  stage.type("Q")
  await stage.ended
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** What a developer does in the first minutes: some requests, and an edit that is served. */
async function requestsAndReloads(stage: Stage, url: string): Promise<void> {
  const person = { email: "ada@example.com", password: "a difference engine", name: "Ada" }
  const { access_token: token, user } = await send(url, "POST", "/api/auth/register", { body: person })
  const post = { title: "Hello", slug: "hello", content: "A first post", author_id: user.id, published: true }
  const { id } = await send(url, "POST", "/api/collections/posts", { body: post, token })
  await send(url, "POST", "/api/collections/posts", { body: { ...post, title: "" }, token })
  await send(url, "GET", "/api/collections/posts?filter=published:eq:true&sort=-created_at&expand=author")
  editSchema("      view_count:", "      likes: { type: int, default: 0 }\n      view_count:")
  await stage.shows("posts.likes (int)")
  await send(url, "PATCH", `/api/collections/posts/${id}`, { body: { excerpt: "The first.", likes: 3 }, token })
  const comment = { post_id: id, author_id: user.id, content: "Welcome!" }
  await send(url, "POST", "/api/collections/comments", { body: comment, token })
  await send(url, "GET", `/api/collections/posts/${id}?expand=author`)
  await send(url, "GET", "/api/collections/posts/nothing")
  await send(url, "POST", "/api/collections/comments", { body: comment })
  await send(url, "GET", "/api/collections/comments?fields=id,content&limit=20")
  // The counts are asked for every two seconds.
  await stage.shows("10 requests")
  await stage.shows(/\d\/s/)
  draw(stage, "dev", "alyx dev: requests, changes, and what is served")
}

/** The write that stored the post: its headers and bodies, the rule, and the SQL. */
async function openedRequest(stage: Stage): Promise<void> {
  stage.type("/PATCH\r")
  await stage.shows("“PATCH”: 1 of")
  stage.type("\r")
  await stage.shows("Request headers")
  stage.type("\u001B[F")
  await stage.shows(/update/i)
  draw(stage, "dev-request", "alyx dev: a request opened in full")
  stage.type("\u001B")
  await stage.shows("“PATCH”: 1 of")
  stage.type("\u001B")
  await stage.shows("posts/nothing")
}

/** A field that was renamed in schema.yaml: the values would be lost, so the person is asked. */
async function refusedChange(stage: Stage): Promise<void> {
  editSchema("      likes:", "      applause:")
  await stage.shows("This change waits for you")
  await stage.shows("w write file")
  stage.type("a")
  await stage.shows("Was posts.likes renamed to posts.applause?")
  draw(stage, "dev-plan", "alyx dev: a change that waits for a decision")
  stage.type("y")
  await stage.shows("Applied migrations/")
}

function draw(stage: Stage, name: string, title: string): void {
  writeFileSync(path.join(pictures, `${name}.svg`), stage.draw(title))
}

interface Sent {
  readonly body?: unknown
  readonly token?: string
}

/** What an answer may hold of what the story goes on with. */
interface Told {
  readonly id: string
  readonly access_token: string
  readonly user: { readonly id: string }
}

async function send(url: string, method: string, target: string, { body, token }: Sent = {}): Promise<Told> {
  const response = await fetch(url + target, {
    method,
    headers: {
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return (await response.json()) as Told
}

function editSchema(from: string, to: string): void {
  const file = path.join(project, "schema.yaml")
  const schema = readFileSync(file, "utf8")
  if (!schema.includes(from)) throw new Error(`The template's schema.yaml has no ${from}`)
  writeFileSync(file, schema.replace(from, to))
}
