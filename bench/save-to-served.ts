import { spawn } from "node:child_process"
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs"
import { Agent, request } from "node:http"
import { tmpdir } from "node:os"
import path from "node:path"

import { endChild, sendJson, waitForAnswer } from "./servers/server.ts"
import { median } from "./startup.ts"

/** From the save of schema.yaml under `alyx dev` to the first answer of the new shape, in milliseconds. */
export interface SaveToServed {
  readonly count: number
  readonly p50Ms: number
  readonly p95Ms: number
  readonly maxMs: number
}

/** What a save may take until it is served. */
export const saveBudgetMs = 500

const launcher = path.join(import.meta.dirname, "../bin/run.js")
const editCount = 50
const postCount = 10_000

/** A schema that was edited, and how one sees over HTTP that it is served. */
interface Edit {
  readonly schema: string
  readonly isServed: (project: ServedProject) => Promise<boolean>
}

interface ServedProject {
  readonly port: number
  readonly socketPath: string
  readonly agent: Agent
}

/** Saves schema.yaml fifty times, with 10,000 documents in place, and times each until it is served. */
export async function measureSaveToServed(folder: string): Promise<SaveToServed> {
  const root = path.join(realpathSync(folder), "saves")
  mkdirSync(root, { recursive: true })
  const edits = makeEdits()
  writeFileSync(path.join(root, "schema.yaml"), edits.first)
  const port = 18_405
  const child = spawn(process.execPath, [launcher, "dev", "--foreground", "--port", String(port)], {
    cwd: root,
    env: { ...process.env, CI: "true", ALYX_SERVER_INSECURE_OPEN: "true" },
    stdio: ["ignore", "ignore", "inherit"],
  })
  const project = { port, socketPath: path.join(root, ".alyx/daemon.sock"), agent: new Agent({ keepAlive: true }) }
  try {
    await waitForAnswer(`http://127.0.0.1:${port}/health/ready`)
    await seed(`http://127.0.0.1:${port}`)
    const times: number[] = []
    for (const { schema, isServed } of edits.next) {
      if (await isServed(project)) throw new Error("An edit was served before it was saved.")
      const begin = performance.now()
      writeFileSync(path.join(root, "schema.yaml"), schema)
      await until(() => isServed(project))
      times.push(performance.now() - begin)
    }
    const sorted = times.toSorted((a, b) => a - b)
    const p95Ms = sorted[Math.ceil(sorted.length * 0.95) - 1]!
    return { count: sorted.length, p50Ms: median(times), p95Ms, maxMs: sorted.at(-1) ?? 0 }
  } finally {
    project.agent.destroy()
    await endChild(child)
  }
}

/** Of each five: a field, a collection, an index, other rules, and the index away again. */
function makeEdits(): { first: string; next: readonly Edit[] } {
  const fields: string[] = []
  const collections: string[] = []
  const state = { index: "", rule: '"true"' }
  const schema = (): string => schemaText(fields, collections, state)
  const first = schema()
  const next = Array.from({ length: editCount }, (_, number): Edit => {
    const name = `new_${number}`
    switch (number % 5) {
      case 0:
        fields.push(name)
        return { schema: schema(), isServed: answers(`/api/collections/posts?limit=1&fields=id,${name}`) }
      case 1:
        collections.push(name)
        return { schema: schema(), isServed: answers(`/api/collections/${name}`) }
      case 2:
        state.index = `idx_${number}`
        return { schema: schema(), isServed: shows(`"idx_${number}"`) }
      case 3:
        state.rule = `"auth.id == 'user ${number}'"`
        return { schema: schema(), isServed: shows(`user ${number}'`) }
      default: {
        const gone = `"${state.index}"`
        state.index = ""
        const isShown = shows(gone)
        return { schema: schema(), isServed: async (project) => !(await isShown(project)) }
      }
    }
  })
  return { first, next }
}

function schemaText(
  fields: readonly string[],
  collections: readonly string[],
  { index, rule }: { readonly index: string; readonly rule: string },
): string {
  return `version: 1
collections:
  posts:
    fields:
      title: { type: string, maxLength: 200 }
      views: { type: int, default: 0 }
${fields.map((name) => `      ${name}: { type: string, nullable: true }\n`).join("")}${
    index === "" ? "" : `    indexes:\n      - { name: ${index}, fields: [views, title] }\n`
  }    rules: { read: ${rule} }
${collections.map((name) => `  ${name}:\n    fields:\n      text: { type: text }\n`).join("")}`
}

/** True when the API knows what is asked for. */
function answers(target: string): Edit["isServed"] {
  return async (project) => (await ask(project, target)).status === 200
}

/** True when the schema that is served says so: an index and a rule have no other shape. */
function shows(text: string): Edit["isServed"] {
  return async ({ socketPath, agent }) => (await ask({ socketPath, agent }, "/api/admin/schema")).text.includes(text)
}

async function seed(base: string): Promise<void> {
  for (let begun = 0; begun < postCount; begun += 500) {
    const operations = Array.from({ length: 500 }, (_, index) => ({
      op: "create",
      collection: "posts",
      data: { title: `post ${begun + index}`, views: begun + index },
    }))
    await sendJson("POST", `${base}/api/batch`, { operations })
  }
}

async function until(isTrue: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000
  while (!(await isTrue())) {
    if (performance.now() > deadline) throw new Error("Nothing came of it within 30 s.")
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
}

function ask(
  where: { readonly port?: number; readonly socketPath?: string; readonly agent: Agent },
  target: string,
): Promise<{ status: number; text: string }> {
  const { port, socketPath, agent } = where
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>()
  const place = port === undefined ? { socketPath } : { host: "127.0.0.1", port }
  const asking = request({ ...place, agent, path: target, headers: { host: "localhost" } })
  asking.on("error", reject)
  asking.on("response", (response) => {
    let text = ""
    response.setEncoding("utf8")
    response.on("data", (part: string) => (text += part))
    response.on("end", () => resolve({ status: response.statusCode ?? 0, text }))
  })
  asking.end()
  return promise
}

/** `node bench/save-to-served.ts` */
if (process.argv[1] === import.meta.filename) {
  const folder = mkdtempSync(path.join(tmpdir(), "alyx-bench-"))
  try {
    const { count, p50Ms, p95Ms, maxMs } = await measureSaveToServed(folder)
    const times = `p50 ${p50Ms.toFixed(0)} ms, p95 ${p95Ms.toFixed(0)} ms, longest ${maxMs.toFixed(0)} ms`
    process.stdout.write(`${count} saves of schema.yaml to served: ${times}; the budget is ${saveBudgetMs} ms\n`)
    if (p95Ms > saveBudgetMs) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
