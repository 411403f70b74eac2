import { mkdir, rm, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import type { LogEntry, ReloadEntry } from "../../src/protocol/admin-api.ts"
import { followActivity } from "../helpers/follow-activity.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import type { RunningDaemon } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = `version: 1
collections:
  notes:
    fields:
      text: { type: string }
`
const withStars = `${schema}      stars: { type: int, default: 3 }\n`

test("what .env and .env.local say is followed when they appear, change and vanish", async () => {
  const { daemon, folder, next } = await startIn(["dev", "--foreground", "--port", "0"], {
    "alyx.yaml": "api:\n  page_size_default: ${PAGE_SIZE:-11}\n",
  })
  const limit = async (): Promise<number> => (await daemon.send("GET", "/api/collections/notes")).body.limit
  expect(await limit()).toBe(11)

  for (const [file, text, expected] of [
    [".env", "PAGE_SIZE=12\n", 12],
    [".env.local", "PAGE_SIZE=13\n", 13],
    [".env", "PAGE_SIZE=14\nOTHER=1\n", 13],
    [".env.local", null, 14],
    [".env", null, 11],
  ] as const) {
    if (text === null) await rm(path.join(folder, file))
    else await writeFile(path.join(folder, file), text)
    expect(await next()).toMatchObject({
      cause: "config",
      outcome: expected === 13 && file === ".env" ? "unchanged" : "applied",
    })
    expect(await limit()).toBe(expected)
  }
  expect(await daemon.stop()).toBe(0)
})

test("with --no-watch files are read at the start and at SIGHUP, and at no other time", async () => {
  const { daemon, folder, next } = await startIn(["dev", "--foreground", "--no-watch", "--port", "0"])
  await daemon.send("POST", "/api/collections/notes", { text: "one" })

  await writeFile(path.join(folder, "schema.yaml"), withStars)
  await writeFile(path.join(folder, "alyx.yaml"), "api:\n  page_size_default: 7\n")
  // Longer than a watcher would take.
  await new Promise((resolve) => setTimeout(resolve, 300))
  expect((await daemon.send("GET", "/api/collections/notes")).body).toMatchObject({
    limit: 50,
    docs: [{ text: "one" }],
  })
  daemon.child.kill("SIGHUP")

  expect(await next()).toMatchObject({ cause: "config", outcome: "applied" })
  expect(await next()).toMatchObject({ cause: "schema", outcome: "applied" })
  expect((await daemon.send("GET", "/api/collections/notes")).body).toMatchObject({ limit: 7, docs: [{ stars: 3 }] })
  expect(await daemon.stop()).toBe(0)
})

test("under start neither the schema nor migrations are followed, and the configuration is", async () => {
  const { daemon, folder, next } = await startIn(["start", "--port", "0"])

  await mkdir(path.join(folder, "migrations"))
  await writeFile(path.join(folder, "migrations", "001_none.yaml"), "no migration at all")
  await writeFile(path.join(folder, "schema.yaml"), withStars)
  await writeFile(path.join(folder, "alyx.yaml"), "api:\n  page_size_default: 7\n")

  expect(await next()).toMatchObject({ cause: "config", outcome: "applied" })
  await writeFile(path.join(folder, "alyx.yaml"), "")
  expect(await next()).toMatchObject({ cause: "config", outcome: "applied" })
  const created = await daemon.send("POST", "/api/collections/notes", { text: "one" })
  expect(created.body).not.toHaveProperty("stars")
  expect(await daemon.stop()).toBe(0)
})

async function startIn(
  command: readonly string[],
  files: Readonly<Record<string, string>> = {},
): Promise<{ daemon: RunningDaemon; folder: string; next: () => Promise<ReloadEntry> }> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema, ...files })
  const daemon = await startDaemon({ folder, command })
  const entries = await followActivity(folder)
  return { daemon, folder, next: () => entries.next(isReload) }
}

function isReload(entry: LogEntry): entry is ReloadEntry {
  return entry.kind === "reload" && entry.cause !== "start"
}
