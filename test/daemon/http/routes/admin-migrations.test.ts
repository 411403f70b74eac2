import { mkdir, readFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import type { MigrateResponse, MigrationPlan } from "../../../../src/protocol/migrations-api.ts"
import type { ProgressEvent } from "../../../../src/protocol/progress.ts"
import { endDaemonWithTest } from "../../../helpers/end-daemon.ts"
import { startDaemon, writeProject } from "../../../helpers/running-daemon.ts"
import type { RunningDaemon } from "../../../helpers/running-daemon.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"
import type { Answer } from "../http-fixture.ts"
import { send, sendJson } from "../http-fixture.ts"

const schema = [
  "collections:",
  "  posts:",
  "    fields:",
  "      id: { type: uuid, primary: true, default: auto }",
  "      title: { type: string }",
  "",
].join("\n")
const renamed = schema.replace("title:", "headline:")
const file = {
  file: "001_rename_title.yaml",
  text: "operations:\n  - { type: rename_field, collection: posts, from: title, to: headline }\n",
}

interface Owner {
  readonly daemon: RunningDaemon
  readonly get: (target: string) => Promise<Answer>
  readonly post: (target: string, body: unknown) => Promise<Answer>
}

/** A whole server with one post, and what its owner asks over the local socket. */
async function startOwned(): Promise<Owner> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema })
  endDaemonWithTest(folder)
  const daemon = await startDaemon({ folder })
  const { status } = await daemon.send("POST", "/api/collections/posts", { title: "One" })
  expect(status).toBe(201)
  const socketPath = path.join(folder, ".alyx/daemon.sock")
  return {
    daemon,
    get: (target) => send(socketPath, { path: target }),
    post: (target, body) => sendJson(socketPath, "POST", target, body),
  }
}

test("files that come with a request are planned, applied by the hash of the plan, and then the project's", async () => {
  const { daemon, get, post } = await startOwned()
  const request = { schema: renamed, migrations: [file] }

  const planned = await post("/api/admin/schema", request)
  const plan = planned.body as MigrationPlan
  const before = await readFile(path.join(daemon.folder, "schema.yaml"), "utf8")
  const stale = await post("/api/admin/schema", { ...request, apply: "0".repeat(64) })
  const applied = await post("/api/admin/schema", { ...request, apply: plan.hash })
  const status = await get("/api/admin/migrations")
  const documents = await daemon.send("GET", "/api/collections/posts")

  expect(planned).toMatchObject({ status: 200, body: { problems: [], isLossy: false } })
  expect(before).toBe(schema)
  expect(stale).toMatchObject({ status: 409, body: { error: { code: "PLAN_CHANGED" } } })
  expect(applied).toMatchObject({ status: 200, body: { files: ["migrations/001_rename_title.yaml"], backup: null } })
  expect(await readFile(path.join(daemon.folder, "schema.yaml"), "utf8")).toBe(renamed)
  expect(await readFile(path.join(daemon.folder, "migrations", file.file), "utf8")).toBe(file.text)
  expect(status.body).toMatchObject({ pending: [], problems: [] })
  expect(documents.body).toMatchObject({ docs: [{ headline: "One" }] })
})

test("the files of the project are planned and applied, and who asks for events hears how far it is", async () => {
  const { daemon, post } = await startOwned()
  await writeProject(daemon.folder, { "schema.yaml": renamed, [`migrations/${file.file}`]: file.text })

  const plan = (await post("/api/admin/migrate", { action: "plan" })).body as MigrationPlan
  const answer = await send(path.join(daemon.folder, ".alyx/daemon.sock"), {
    method: "POST",
    path: "/api/admin/migrate",
    headers: { "content-type": "application/json", accept: "text/event-stream" },
    body: JSON.stringify({ action: "apply", hash: plan.hash }),
  })
  const events = answer.text
    .split("\n\n")
    .filter((event) => event.startsWith("data: "))
    .map((event) => JSON.parse(event.slice(6)) as ProgressEvent<MigrateResponse>)
  const dryRun = await post("/api/admin/migrate", { action: "rollback", dryRun: true })
  const rolledBack = await post("/api/admin/migrate", { action: "rollback" })
  const tooMany = await post("/api/admin/migrate", { action: "rollback" })

  expect(answer.headers["content-type"]).toContain("text/event-stream")
  expect(events.at(-1)).toMatchObject({ event: "result", data: { files: ["migrations/001_rename_title.yaml"] } })
  expect(events.slice(0, -1).map(({ event }) => event)).toContain("progress")
  expect(dryRun).toMatchObject({ status: 200, body: { files: ["migrations/001_rename_title.yaml"], problems: [] } })
  expect(rolledBack).toMatchObject({ status: 200, body: { files: ["migrations/001_rename_title.yaml"] } })
  expect(tooMany).toMatchObject({ status: 409, body: { error: { code: "CONFLICT" } } })
})

test("files that could not be read again are refused before anything is written", async () => {
  const { daemon, post } = await startOwned()
  await mkdir(path.join(daemon.folder, "migrations", "020_dir.yaml"), { recursive: true })

  const folder = await post("/api/admin/schema", { schema, migrations: [{ file: "020_dir.yaml", text: file.text }] })
  const nul = { file: file.file, text: `${file.text}# \0\n` }
  const plan = await post("/api/admin/schema", { schema: renamed, migrations: [nul] })
  const hash = (plan.body as MigrationPlan).hash
  const applied = await post("/api/admin/schema", { schema: renamed, migrations: [nul], apply: hash })
  const badSchema = await post("/api/admin/schema", { schema: `${schema}# \0\n` })
  const documents = await daemon.send("GET", "/api/collections/posts")

  expect(folder).toMatchObject({ status: 409, body: { error: { code: "FILE_EXISTS" } } })
  expect(folder.body.error.message).toBe("migrations/020_dir.yaml is a folder, and should be a file.")
  expect((plan.body as MigrationPlan).problems.map(({ code, at }) => `${at?.file} ${code}`)).toContain(
    `migrations/${file.file} FILE_UNREADABLE`,
  )
  expect(applied.body.error.code).toBe("UNSAFE_CHANGES")
  expect(badSchema).toMatchObject({ status: 400, body: { error: { code: "SCHEMA_INVALID" } } })
  expect(await readFile(path.join(daemon.folder, "schema.yaml"), "utf8")).toBe(schema)
  expect(documents.status).toBe(200)
})

test("what is wrong with a body is told by member", async () => {
  const { post, get } = await startOwned()

  const wrong = await post("/api/admin/migrate", { action: "aply", count: 0 })
  const broken = await post("/api/admin/schema", { schema: "collections: 5" })
  const method = await get("/api/admin/migrate")

  expect(wrong).toMatchObject({ status: 400, body: { error: { code: "VALIDATION_ERROR" } } })
  expect(Object.keys(wrong.body.error.details.fields)).toEqual(["action", "count"])
  expect(broken).toMatchObject({ status: 400, body: { error: { code: "SCHEMA_INVALID" } } })
  expect(method).toMatchObject({ status: 405, headers: { allow: "POST, OPTIONS" } })
})
