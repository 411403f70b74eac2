import { mkdir, readdir, rm, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import type { RestoreResponse } from "../../../src/protocol/data-api.ts"
import type { MigrationsResponse } from "../../../src/protocol/migrations-api.ts"
import { sendTo } from "../../helpers/running-daemon.ts"
import { startDataDaemon } from "./data-daemon.ts"
import type { DataDaemon } from "./data-daemon.ts"

const schema = `version: 1
collections:
  people:
    fields:
      name: { type: string }
`

const renaming = `operations:
  - { type: rename_field, collection: people, from: name, to: full_name }
`

const reset = (daemon: DataDaemon): Promise<RestoreResponse> =>
  daemon.client.post<RestoreResponse>("/api/admin/db/reset", { force: true })

async function writeMigration(daemon: DataDaemon, text: string): Promise<void> {
  await mkdir(path.join(daemon.folder, "migrations"), { recursive: true })
  await writeFile(path.join(daemon.folder, "migrations", "001_rename.yaml"), text)
}

async function filled(): Promise<DataDaemon> {
  const daemon = await startDataDaemon(schema)
  await sendTo(daemon.url, "POST", "/api/collections/people", { name: "Ada" })
  return daemon
}

test("a reset that the files of migrations/ stand in the way of changes nothing, and says where", async () => {
  const daemon = await filled()
  await writeMigration(daemon, "name: [broken\n")

  await expect(reset(daemon)).rejects.toMatchObject({
    code: "MIGRATION_INVALID",
    problems: [{ at: { file: "migrations/001_rename.yaml" } }],
  })

  expect(await daemon.docs("people")).toMatchObject([{ name: "Ada" }])
  expect((await readdir(path.join(daemon.folder, "data"))).filter((name) => name.endsWith(".new"))).toEqual([])
})

test("a reset notes the files of migrations/ as applied, and makes the tables as schema.yaml says now", async () => {
  const daemon = await filled()
  await writeFile(path.join(daemon.folder, "schema.yaml"), schema.replace("name:", "full_name:"))
  await writeMigration(daemon, renaming)

  expect(await reset(daemon)).toMatchObject({ collections: { people: 0 }, notices: [] })

  expect(await daemon.client.get<MigrationsResponse>("/api/admin/migrations")).toMatchObject({
    pending: [],
    problems: [],
    applied: [
      { kind: "file", number: 1, name: "rename" },
      { kind: "schema", number: null },
    ],
  })
  const { status } = await sendTo(daemon.url, "POST", "/api/collections/people", { full_name: "Ada" })
  expect(status).toBe(201)
})

test("a reset with a schema.yaml that is broken leaves the collections, and what led to them, as they were applied", async () => {
  const daemon = await filled()
  await writeFile(path.join(daemon.folder, "schema.yaml"), schema.replace("name:", "full_name:"))
  await writeMigration(daemon, renaming)
  await daemon.client.post("/api/admin/migrate", { action: "apply" })
  await writeFile(path.join(daemon.folder, "schema.yaml"), "version: 1\ncollections: [\n")

  const done = await reset(daemon)

  expect(done).toMatchObject({ collections: { people: 0 }, notices: [expect.stringContaining("as they were applied")] })
  expect(await daemon.client.get<MigrationsResponse>("/api/admin/migrations")).toMatchObject({ pending: [] })
  await rm(path.join(daemon.folder, "schema.yaml"))
  const { status } = await sendTo(daemon.url, "POST", "/api/collections/people", { full_name: "Ada" })
  expect(status).toBe(201)
})
