import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import path from "node:path"

import { expect, test } from "vitest"

import type { LogEntry, ReloadEntry } from "../../src/protocol/admin-api.ts"
import { followActivity } from "../helpers/follow-activity.ts"
import { sendTo, startDaemon, writeProject } from "../helpers/running-daemon.ts"
import type { RunningDaemon } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = `version: 1
collections:
  notes:
    fields:
      text: { type: string }
`

test("a safe edit is served, a broken one is shown while the last good one serves, and mending it clears it", async () => {
  const { daemon, save, next } = await devDaemon()
  const note = await daemon.send("POST", "/api/collections/notes", { text: "kept" })

  await save("schema.yaml", `${schema}      stars: { type: int, default: 3 }\n`)
  expect(await next()).toMatchObject({ cause: "schema", outcome: "applied" })
  expect((await daemon.send("GET", `/api/collections/notes/${note.body.id}`)).body).toMatchObject({
    text: "kept",
    stars: 3,
  })

  await save("schema.yaml", `${schema}      stars: { type: innt }\n`)
  const refused = await next()
  expect(refused).toMatchObject({ outcome: "refused", error: { code: "SCHEMA_INVALID" } })
  expect(refused.error!.problems![0]!.at).toMatchObject({ file: "schema.yaml", line: 6 })
  expect((await daemon.send("GET", `/api/collections/notes/${note.body.id}`)).body.stars).toBe(3)

  await save("schema.yaml", schema)
  const unsafe = await next()
  expect(unsafe).toMatchObject({ outcome: "refused", error: { code: "UNSAFE_CHANGES" } })

  await save(
    "schema.yaml",
    `${schema}      stars: { type: int, default: 3 }\n      done: { type: bool, default: false }\n`,
  )
  expect(await next()).toMatchObject({ outcome: "applied" })
  expect((await daemon.send("GET", `/api/collections/notes/${note.body.id}`)).body).toMatchObject({
    stars: 3,
    done: false,
  })
  expect(await daemon.stop()).toBe(0)
})

test("a live option is taken over, and one that needs a restart re-opens the listener or the database", async () => {
  const { daemon, save, next } = await devDaemon()
  await daemon.send("POST", "/api/collections/notes", { text: "before" })

  await save("alyx.yaml", "api:\n  page_size_default: 7\n")
  expect(await next()).toMatchObject({ cause: "config", outcome: "applied" })
  expect((await daemon.send("GET", "/api/collections/notes")).body.limit).toBe(7)

  await save("alyx.yaml", "database:\n  durability: normal\n")
  const reopened = await next()
  expect(reopened).toMatchObject({ cause: "config", outcome: "applied" })
  expect(reopened.changes.join("\n")).toContain("database")
  expect((await daemon.send("GET", "/api/collections/notes")).body.total).toBe(1)
  expect((await daemon.send("POST", "/api/collections/notes", { text: "after" })).status).toBe(201)

  await save("alyx.yaml", "server:\n  port: nonsense\n")
  expect(await next()).toMatchObject({ outcome: "refused", error: { code: "CONFIG_INVALID" } })
  expect((await daemon.send("GET", "/api/collections/notes")).body.total).toBe(2)
  expect(await daemon.stop()).toBe(0)
})

test("another database path is opened with the schema, and the old file is left as it was", async () => {
  const { daemon, save, next } = await devDaemon()
  await daemon.send("POST", "/api/collections/notes", { text: "in the first file" })

  await save("alyx.yaml", "database:\n  path: ./data/other.db\n")
  expect(await next()).toMatchObject({ cause: "config", outcome: "applied" })
  expect((await daemon.send("GET", "/api/collections/notes")).body.total).toBe(0)

  await save("alyx.yaml", "")
  expect(await next()).toMatchObject({ cause: "config", outcome: "applied" })
  expect((await daemon.send("GET", "/api/collections/notes")).body.total).toBe(1)
  expect(await daemon.stop()).toBe(0)
})

test("a save whose one half is refused changes nothing: neither the address nor the database", async () => {
  const { daemon, save, next, folder } = await devDaemon(["dev", "--foreground"], "server:\n  port: 0\n")
  await daemon.send("POST", "/api/collections/notes", { text: "in the first file" })

  await save("alyx.yaml", "server:\n  port: 0\n  host: 0.0.0.0\ndatabase:\n  path: ./data/other.db\n")
  expect(await next()).toMatchObject({ outcome: "refused", error: { code: "INSECURE_OPEN" } })

  expect((await daemon.send("GET", "/api/collections/notes")).body.total).toBe(1)
  await save("alyx.yaml", "server:\n  port: 0\ndatabase:\n  path: ./data/other.db\n")
  expect(await next()).toMatchObject({ outcome: "applied" })
  expect((await daemon.send("GET", "/api/collections/notes")).body.total).toBe(0)
  expect(existsSync(path.join(folder, "data/other.db"))).toBe(true)
  expect(await daemon.stop()).toBe(0)
})

test("a changed port is listened on at once, and the old one is given up", async () => {
  const port = await freePort()
  const { daemon, save, next } = await devDaemon(["dev", "--foreground"], "server:\n  port: 0\n")

  await save("alyx.yaml", `server:\n  port: ${port}\n`)
  expect(await next()).toMatchObject({ cause: "config", outcome: "applied" })

  expect((await sendTo(`http://127.0.0.1:${port}`, "GET", "/health/live")).status).toBe(200)
  await expect(sendTo(daemon.url, "GET", "/health/live")).rejects.toThrow("fetch failed")
  expect(await daemon.stop()).toBe(0)
})

async function devDaemon(
  command: readonly string[] = ["dev", "--foreground", "--port", "0"],
  config = "",
): Promise<{
  daemon: RunningDaemon
  folder: string
  save: (name: string, text: string) => Promise<void>
  next: () => Promise<ReloadEntry>
}> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema, "alyx.yaml": config })
  const daemon = await startDaemon({ folder, command })
  const entries = await followActivity(folder)
  return {
    daemon,
    folder,
    save: (name, text) => writeFile(path.join(folder, name), text),
    next: () => entries.next(isReload),
  }
}

function isReload(entry: LogEntry): entry is ReloadEntry {
  return entry.kind === "reload" && entry.cause !== "start"
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
