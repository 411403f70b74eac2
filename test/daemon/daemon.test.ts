import { existsSync } from "node:fs"
import { link, mkdir, rename, rm, symlink, writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import type { AddressInfo } from "node:net"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"

import { expect, onTestFinished, test } from "vitest"

import { startDaemon } from "../../src/daemon/daemon.ts"
import type { DaemonOptions, RunningDaemon } from "../../src/daemon/compose/daemon-options.ts"
import { isAlyxError } from "../../src/errors.ts"
import { systemClock } from "../../src/lib/clock.ts"
import type { LogEntry, LogLine, ReloadEntry } from "../../src/protocol/admin-api.ts"
import { builtPrograms } from "../helpers/built-programs.ts"
import { followActivity } from "../helpers/follow-activity.ts"
import { sendTo, writeProject } from "../helpers/running-daemon.ts"
import type { Answer } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = `version: 1
collections:
  notes:
    fields:
      text: { type: string }
`

test("a started daemon answers, describes itself, and gives everything back when it stops", async () => {
  const folder = await projectFolder()
  const { daemon, lines } = await start(folder, { mode: "start" })
  const { file } = daemon
  const made = await sendTo(file.url!, "POST", "/api/collections/notes", { text: "hello" })

  expect(made.status).toBe(201)
  expect(file).toMatchObject({ mode: "start", pid: process.pid, projectRoot: folder, logFile: null, protocol: 1 })
  const { body: stats } = await sendOverSocket(folder, "/api/admin/stats")
  expect(stats).toMatchObject({
    schema: { collections: [{ name: "notes", documentCount: 1 }] },
    database: { durability: "full" },
    problem: null,
    plan: null,
    notices: [
      expect.stringContaining("server.insecure_open is on") as unknown,
      expect.stringContaining("notes has no rules") as unknown,
    ],
  })
  // It is open: everyone is an admin.
  expect((await sendTo(file.url!, "GET", "/api/admin/stats")).status).toBe(200)

  expect(await daemon.stop()).toEqual([])
  expect(await daemon.stop()).toEqual([])
  expect(existsSync(path.join(folder, ".alyx/daemon.json"))).toBe(false)
  expect(existsSync(path.join(folder, ".alyx/daemon.sock"))).toBe(false)
  await expect(sendTo(file.url!, "GET", "/")).rejects.toThrow("fetch failed")
  expect(lines.some((line) => line.includes(`Serving ${file.url}`))).toBe(true)
})

test("a start that fails at the last step leaves nothing behind, so that the next one succeeds", async () => {
  const folder = await projectFolder()
  const { port, free } = await takenPort()

  const failure = await start(folder, { mode: "start", flags: { "server.port": String(port) } }).catch(
    (error: unknown) => error,
  )
  expect(isAlyxError(failure, "PORT_IN_USE")).toBe(true)
  await free()

  const { daemon } = await start(folder, { mode: "start", flags: { "server.port": String(port) } })
  expect(daemon.file.url).toBe(`http://127.0.0.1:${port}`)
})

test("a start that cannot have its addresses leaves the database as it was", async () => {
  const folder = await projectFolder()
  const { daemon } = await start(folder, { mode: "start" })
  await daemon.stop()
  await writeFile(path.join(folder, "schema.yaml"), `${schema}      stars: { type: int, nullable: true }\n`)

  const { port } = await takenPort()
  const noPort = start(folder, { mode: "start", flags: { "server.port": String(port) } })
  await expect(noPort).rejects.toMatchObject({ code: "PORT_IN_USE" })
  await rename(path.join(folder, ".alyx"), path.join(folder, "elsewhere"))
  await symlink("elsewhere", path.join(folder, ".alyx"))
  await expect(start(folder, { mode: "start" })).rejects.toMatchObject({ code: "ADDRESS_UNAVAILABLE" })

  expect(columnsOf(path.join(folder, "data/alyx.db"), "notes")).not.toContain("stars")
  await rm(path.join(folder, ".alyx"))
  await start(folder, { mode: "start" })
  expect(columnsOf(path.join(folder, "data/alyx.db"), "notes")).toContain("stars")
})

test("in dev a taken port is passed over unless a flag asked for it", async () => {
  const folder = await projectFolder()
  const { port } = await takenPort()
  await writeFile(path.join(folder, "alyx.yaml"), `server:\n  port: ${port}\n`)

  const { daemon, lines } = await start(folder, { mode: "dev" })
  expect(Number(new URL(daemon.file.url!).port)).toBeGreaterThan(port)
  expect(lines.some((line) => line.includes(`Port ${port} is taken`))).toBe(true)

  const other = await projectFolder()
  const asked = start(other, { mode: "dev", flags: { "server.port": String(port) } })
  await expect(asked).rejects.toMatchObject({ code: "PORT_IN_USE" })
})

test("two daemons on one database are refused", async () => {
  const folder = await projectFolder()
  await start(folder, { mode: "start" })
  const other = await projectFolder()
  await writeFile(path.join(other, "alyx.yaml"), `database:\n  path: ${path.join(folder, "data/alyx.db")}\n`)

  await expect(start(other, { mode: "start" })).rejects.toMatchObject({ code: "DATABASE_LOCKED" })
})

test("a link to a database that is served is the same database, and a second name of it is refused", async () => {
  const folder = await projectFolder()
  const { daemon } = await start(folder, { mode: "start" })
  const file = path.join(folder, "data/alyx.db")
  const other = await projectFolder()
  await writeFile(path.join(other, "alyx.yaml"), `server:\n  port: 0\ndatabase:\n  path: link.db\n`)
  await symlink(file, path.join(other, "link.db"))

  await expect(start(other, { mode: "start" })).rejects.toMatchObject({ code: "DATABASE_LOCKED" })
  await daemon.stop()
  const linked = await start(other, { mode: "start" })
  expect((await sendTo(linked.daemon.file.url!, "GET", "/api/collections/notes")).status).toBe(200)
  await linked.daemon.stop()

  await rm(path.join(other, "link.db"))
  await link(file, path.join(other, "link.db"))
  await expect(start(other, { mode: "start" })).rejects.toMatchObject({ code: "DATABASE_LINKED" })
})

test("a database whose folder is removed under its daemon is told to whoever asks, and the daemon can be stopped", async () => {
  const folder = await projectFolder()
  const { daemon } = await start(folder, { mode: "start" })
  await rm(path.join(folder, "data"), { recursive: true })

  const write = await sendTo(daemon.file.url!, "POST", "/api/collections/notes", { text: "lost" })
  const { status, body } = await sendOverSocket(folder, "/api/admin/stats")

  expect(write).toMatchObject({ status: 503, body: { error: { code: "DATABASE_MOVED" } } })
  expect((await sendTo(daemon.file.url!, "GET", "/health")).status).toBe(503)
  expect({ status, problem: body.problem }).toMatchObject({ status: 200, problem: { code: "DATABASE_MOVED" } })
  expect(await daemon.stop()).toEqual([])
  const again = await start(folder, { mode: "start" })
  expect((await sendTo(again.daemon.file.url!, "GET", "/health")).status).toBe(200)
})

test("a table that another program drops keeps nobody from looking at the daemon, and the next start makes it again", async () => {
  const folder = await projectFolder()
  const { daemon } = await start(folder, { mode: "start" })
  const database = new DatabaseSync(path.join(folder, "data/alyx.db"))
  database.exec("DROP TABLE notes")
  database.close()

  const { status, body } = await sendOverSocket(folder, "/api/admin/stats")
  expect({ status, collections: body.schema?.collections }).toEqual({
    status: 200,
    collections: [{ name: "notes", documentCount: null }],
  })
  await daemon.stop()
  const { daemon: next, lines } = await start(folder, { mode: "start" })
  expect((await sendTo(next.file.url!, "GET", "/api/collections/notes")).body.total).toBe(0)
  expect(lines.some((line) => line.includes("+ notes"))).toBe(true)
})

test("what the file system refuses during a start is told by its path", async () => {
  const folder = await projectFolder()
  await mkdir(path.join(folder, "data/alyx.db.pid"), { recursive: true })

  await expect(start(folder, { mode: "start" })).rejects.toMatchObject({
    code: "FILE_UNWRITABLE",
    message: expect.stringContaining("alyx.db.pid"),
  })
})

test("under start a bad schema or an unsafe change stops the start and says everything", async () => {
  const folder = await projectFolder()
  const { daemon } = await start(folder, { mode: "start" })
  await sendTo(daemon.file.url!, "POST", "/api/collections/notes", { text: "kept" })
  await daemon.stop()

  await writeFile(path.join(folder, "schema.yaml"), schema.replace("text:", "title:"))
  const unsafe = await start(folder, { mode: "start" }).catch((error: unknown) => error)
  expect(unsafe).toMatchObject({ code: "UNSAFE_CHANGES" })
  expect(JSON.stringify(unsafe)).toContain("notes.text")

  await writeFile(path.join(folder, "schema.yaml"), schema.replace("string", "strin"))
  await expect(start(folder, { mode: "start" })).rejects.toMatchObject({
    code: "SCHEMA_INVALID",
    problems: [{ at: { file: "schema.yaml", line: 5 } }],
  })
})

test("in dev a bad schema at the start serves the one that the database was last brought to", async () => {
  const folder = await projectFolder()
  const first = await start(folder, { mode: "dev" })
  await sendTo(first.daemon.file.url!, "POST", "/api/collections/notes", { text: "kept" })
  await first.daemon.stop()
  await writeFile(path.join(folder, "schema.yaml"), schema.replace("string", "strin"))

  const { daemon, lines } = await start(folder, { mode: "dev" })
  expect((await sendTo(daemon.file.url!, "GET", "/api/collections/notes")).body.total).toBe(1)
  const { body } = await sendOverSocket(folder, "/api/admin/stats")
  expect(body.problem).toMatchObject({ code: "SCHEMA_INVALID" })
  expect(lines.join("")).toMatch(/schema\.yaml:5:\d+ .*Did you mean \\?"string/)

  const activity = await followActivity(folder)
  await writeFile(path.join(folder, "schema.yaml"), `${schema}      stars: { type: int, nullable: true }\n`)
  const reload = await activity.next(isApplied)
  expect(reload).toMatchObject({ changes: [expect.stringContaining("notes.stars")] })
  expect((await sendOverSocket(folder, "/api/admin/stats")).body.problem).toBeNull()
})

test("what a save makes worth knowing is warned of at once, and again when it comes back", async () => {
  const folder = await projectFolder()
  const rules = `    rules: { read: true, create: true, update: true, delete: true }\n`
  await writeFile(path.join(folder, "schema.yaml"), schema + rules)
  const { daemon, lines } = await start(folder, { mode: "dev" })
  const activity = await followActivity(folder)
  const warnings = (): readonly string[] => lines.filter((line) => line.includes("notes has no rules"))
  expect(warnings()).toEqual([])

  await writeFile(path.join(folder, "schema.yaml"), schema)
  expect(await activity.next(isMissingRules)).toMatchObject({ level: "warn" })
  expect(warnings()).toHaveLength(1)

  await writeFile(path.join(folder, "schema.yaml"), `${schema}# Nothing else.\n`)
  await daemon.reloadFiles()
  expect(warnings()).toHaveLength(1)
  await writeFile(path.join(folder, "schema.yaml"), schema + rules)
  await daemon.reloadFiles()
  await writeFile(path.join(folder, "schema.yaml"), schema)
  await daemon.reloadFiles()
  expect(warnings()).toHaveLength(2)
})

test("under start a save of the configuration takes live options over and reports the others", async () => {
  const folder = await projectFolder()
  const { daemon, lines } = await start(folder, { mode: "start" })
  const activity = await followActivity(folder)
  await writeFile(path.join(folder, "alyx.yaml"), "api:\n  page_size_default: 7\ndatabase:\n  durability: normal\n")

  const reload = await activity.next(isApplied)
  expect(reload).toMatchObject({ cause: "config" })

  expect((await sendTo(daemon.file.url!, "GET", "/api/collections/notes")).body.limit).toBe(7)
  expect((await sendOverSocket(folder, "/api/admin/stats")).body.database.durability).toBe("full")
  expect(lines.some((line) => line.includes("database.durability changed; it acts after"))).toBe(true)

  await writeFile(path.join(folder, "alyx.yaml"), "api:\n  page_size_defalt: 7\n")
  await daemon.reloadFiles()
  expect((await sendTo(daemon.file.url!, "GET", "/api/collections/notes")).body.limit).toBe(7)
  expect((await sendOverSocket(folder, "/api/admin/stats")).body.problem).toMatchObject({ code: "CONFIG_INVALID" })
})

test("an open server is refused off loopback; one that asks who comes is not", async () => {
  const folder = await projectFolder()
  const flags = { "server.host": "0.0.0.0" }

  const open = { ...flags, "server.insecure_open": true }
  await expect(start(folder, { mode: "start", flags: open })).rejects.toMatchObject({ code: "INSECURE_OPEN" })

  const closed = { ...flags, "server.insecure_open": false, "auth.jwt.secret": "x".repeat(32) }
  const { daemon } = await start(folder, { mode: "start", flags: closed })
  expect((await sendTo(daemon.file.url!, "GET", "/health/live")).status).toBe(200)
})

test("a start that changes a large table says how far it is", async () => {
  const folder = await projectFolder()
  const first = await start(folder, { mode: "start" })
  await first.daemon.stop()
  const database = new DatabaseSync(path.join(folder, "data/alyx.db"))
  database.exec(
    "INSERT INTO notes (id, text, created_at, updated_at) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 30000) " +
      "SELECT 'n' || i, 'text', '2026-01-01T00:00:00.000Z', '2026-01-01T00:00:00.000Z' FROM n",
  )
  database.close()
  await writeFile(path.join(folder, "schema.yaml"), schema.replace("type: string", "type: string, nullable: true"))
  const progress: string[] = []

  const { daemon, lines } = await start(folder, { mode: "start", onProgress: (message) => progress.push(message) })

  expect(progress[0]).toBe("Changing notes: 0 %")
  expect(lines.filter((line) => line.includes("Changing notes: 0 %"))).toHaveLength(1)
  expect((await sendTo(daemon.file.url!, "GET", "/api/collections/notes?limit=1")).body.total).toBe(30_000)
})

function isApplied(entry: LogEntry): entry is ReloadEntry {
  return entry.kind === "reload" && entry.cause !== "start" && entry.outcome === "applied"
}

function isMissingRules(entry: LogEntry): entry is LogLine {
  return entry.kind === "log" && entry.message.includes("notes has no rules")
}

function columnsOf(file: string, table: string): unknown[] {
  const database = new DatabaseSync(file, { readOnly: true })
  const columns = database.prepare("SELECT name FROM pragma_table_info(?)").all(table)
  database.close()
  return columns.map(({ name }) => name)
}

async function projectFolder(): Promise<string> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema, "alyx.yaml": "server:\n  port: 0\n" })
  return folder
}

async function start(
  root: string,
  options: Pick<DaemonOptions, "mode"> & Partial<Pick<DaemonOptions, "flags" | "onProgress">>,
): Promise<{ daemon: RunningDaemon; lines: string[] }> {
  const lines: string[] = []
  const daemon = await startDaemon({
    root,
    isForeground: true,
    isWatching: true,
    isMigrating: false,
    flags: {},
    flagWords: [],
    env: { ALYX_SERVER_INSECURE_OPEN: "true" },
    version: "0.0.0",
    clock: systemClock,
    programs: await builtPrograms(),
    output: { write: (text) => lines.push(text), isTerminal: false },
    onProgress: () => undefined,
    onFatal: () => undefined,
    onShutdown: () => undefined,
    ...options,
  })
  onTestFinished(async () => void (await daemon.stop()))
  return { daemon, lines }
}

async function takenPort(): Promise<{ port: number; free: () => Promise<void> }> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const free = async (): Promise<void> => {
    if (server.listening) await new Promise((resolve) => server.close(resolve))
  }
  onTestFinished(free)
  return { port: (server.address() as AddressInfo).port, free }
}

async function sendOverSocket(folder: string, target: string): Promise<Pick<Answer, "status" | "body">> {
  const { request } = await import("node:http")
  return new Promise((resolve, reject) => {
    const socketPath = path.join(folder, ".alyx/daemon.sock")
    const asking = request({ socketPath, path: target, headers: { host: "localhost" } }, (response) => {
      const chunks: Buffer[] = []
      response.on("data", (chunk: Buffer) => chunks.push(chunk))
      response.on("end", () =>
        resolve({ status: response.statusCode!, body: JSON.parse(Buffer.concat(chunks).toString()) }),
      )
    })
    asking.on("error", reject)
    asking.end()
  })
}
