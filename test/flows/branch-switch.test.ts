import { mkdirSync, rmSync, writeFileSync } from "node:fs"
import path from "node:path"

import { expect, test } from "vitest"

import type { LogEntry, ReloadEntry, StatsResponse } from "../../src/protocol/admin-api.ts"
import { send } from "../daemon/http/http-fixture.ts"
import { followActivity } from "../helpers/follow-activity.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

/** Each migration renames the field of the one before, so only all of them together lead to the schema. */
const stepCount = 50

test("a branch switch of the schema and fifty migrations is one reload, on their final state", async () => {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schemaWith("text_0") })
  const command = ["dev", "--foreground", "--auto-migrate", "--port", "0"]
  const daemon = await startDaemon({ folder, command })
  const entries = await followActivity(folder)
  const { body: note } = await daemon.send("POST", "/api/collections/notes", { text_0: "kept" })
  const read = async (): Promise<unknown> => (await daemon.send("GET", `/api/collections/notes/${note.id}`)).body

  switchToOther(folder)
  const there = await entries.next(isReload)
  expect(there).toMatchObject({ cause: "schema", outcome: "applied" })
  expect(await read()).toMatchObject({ [`text_${stepCount}`]: "kept" })

  // This branch knows nothing of the migrations that the database has: that is for a person to decide.
  switchBack(folder)
  const back = await entries.next(isReload)
  expect(back).toMatchObject({ cause: "schema", outcome: "refused" })
  expect((await statsOf(folder)).problem).not.toBeNull()
  expect(await read()).toMatchObject({ [`text_${stepCount}`]: "kept" })

  switchToOther(folder)
  const again = await entries.next(isReload)
  expect(again).toMatchObject({ cause: "schema", outcome: "unchanged", mended: true })
  expect(await statsOf(folder)).toMatchObject({ problem: null, plan: null })
  expect(await daemon.stop()).toBe(0)
})

function switchToOther(folder: string): void {
  writeFileSync(path.join(folder, "schema.yaml"), schemaWith(`text_${stepCount}`))
  mkdirSync(path.join(folder, "migrations"))
  for (let step = 1; step <= stepCount; step += 1) {
    const name = `${String(step).padStart(3, "0")}_step.yaml`
    writeFileSync(path.join(folder, "migrations", name), migrationOf(step))
  }
}

function switchBack(folder: string): void {
  rmSync(path.join(folder, "migrations"), { recursive: true })
  rmSync(path.join(folder, "schema.yaml"))
  writeFileSync(path.join(folder, "schema.yaml"), schemaWith("text_0"))
}

function schemaWith(field: string): string {
  return `version: 1\ncollections:\n  notes:\n    fields:\n      ${field}: { type: string }\n`
}

function migrationOf(step: number): string {
  return `version: ${step}
name: step
operations:
  - type: rename_field
    collection: notes
    from: text_${step - 1}
    to: text_${step}
`
}

async function statsOf(folder: string): Promise<StatsResponse> {
  const answer = await send(path.join(folder, ".alyx/daemon.sock"), { path: "/api/admin/stats" })
  return answer.body as StatsResponse
}

function isReload(entry: LogEntry): entry is ReloadEntry {
  return entry.kind === "reload" && entry.cause !== "start"
}
