import { spawnSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"

import { spawn } from "@lydell/node-pty"
import xterm from "@xterm/headless"

import { build, repositoryRoot as root } from "./build.ts"
import { screenToSvg } from "./picture/screen-to-svg.ts"

// `node scripts/pictures.ts`: draws the README's picture from a real run of `alyx dev` in a real terminal.
await build({ root, force: false })
const cli = path.join(root, "bin/run.js")
const size = { cols: 104, rows: 30 }

const folder = mkdtempSync(path.join(tmpdir(), "alyx-picture-"))
const project = path.join(folder, "blog")
const { CI: _ci, ...outer } = process.env
const env = { ...outer, TERM: "xterm-256color", COLORTERM: "truecolor", FORCE_COLOR: "3" }
try {
  spawnSync(process.execPath, [cli, "init", "blog", "--template", "blog", "--yes"], { cwd: folder, stdio: "pipe" })
  const terminal = new xterm.Terminal({ ...size, allowProposedApi: true })
  const child = spawn(process.execPath, [cli, "dev"], { ...size, name: "xterm-256color", cwd: project, env })
  child.onData((data) => terminal.write(data))
  const shown = (text: string): Promise<void> => waitFor(() => screenText(terminal).includes(text), text)

  await shown("http://127.0.0.1:")
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(screenText(terminal))![0]
  await play(url, project)
  await shown("view_counts")
  mkdirSync(path.join(root, "docs/pictures"), { recursive: true })
  writeFileSync(path.join(root, "docs/pictures/dev.svg"), screenToSvg(terminal, "The screen of alyx dev"))
  child.write("Q")
  await new Promise((resolve) => child.onExit(resolve))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** What a developer does in the first minutes: some requests, an edit that is served, and a mistake. */
async function play(url: string, folderOfProject: string): Promise<void> {
  const send = async (method: string, target: string, body?: unknown): Promise<{ id: string }> => {
    const init =
      body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }
    const response = await fetch(url + target, { method, ...init })
    return (await response.json()) as { id: string }
  }
  const ada = await send("POST", "/api/collections/users", { email: "ada@example.com", name: "Ada" })
  const post = { title: "Hello", slug: "hello", content: "A first post", author_id: ada.id, published: true }
  const { id } = await send("POST", "/api/collections/posts", post)
  await send("POST", "/api/collections/posts", { ...post, title: "" })
  await send("GET", "/api/collections/posts?filter=published:eq:true&sort=-created_at&expand=author")
  await send("PATCH", `/api/collections/posts/${id}`, { view_count: 1 })
  await send("GET", "/api/collections/posts/nothing")
  const file = path.join(folderOfProject, "schema.yaml")
  const schema = readFileSync(file, "utf8")
  const edited = schema.replace("      view_count:", "      likes: { type: int, default: 0 }\n      view_count:")
  writeFileSync(file, edited)
  await new Promise((resolve) => setTimeout(resolve, 1_000))
  writeFileSync(file, edited.replace("fields: [published, published_at]", "fields: [published, view_counts]"))
}

function screenText(terminal: InstanceType<typeof xterm.Terminal>): string {
  const buffer = terminal.buffer.active
  return Array.from(
    { length: terminal.rows },
    (_, row) => buffer.getLine(buffer.viewportY + row)?.translateToString(true) ?? "",
  ).join("\n")
}

async function waitFor(condition: () => boolean, what: string): Promise<void> {
  const deadline = Date.now() + 20_000
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`The screen never showed ${what}.`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
