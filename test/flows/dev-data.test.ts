import { readFile, stat, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { DaemonClient } from "../../src/client/daemon-client.ts"
import type { DaemonFile } from "../../src/protocol/admin-api.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = `version: 1
collections:
  notes:
    fields:
      text: { type: string }
`

test("under alyx dev a seed, a restore and a reset are served and counted at once, and the written schema is followed", async () => {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema })
  const daemon = await startDaemon({ folder, command: ["dev", "--foreground", "--port", "0"] })
  const client = new DaemonClient(
    JSON.parse(await readFile(path.join(folder, ".alyx/daemon.json"), "utf8")) as DaemonFile,
  )
  const counted = async (): Promise<number | null | undefined> =>
    (await client.stats()).schema.collections[0]?.documentCount
  const db = (...words: string[]) => runAlyx(["db", ...words], { cwd: folder })
  const lines = Array.from({ length: 20_000 }, (_, index) =>
    JSON.stringify({ collection: "notes", data: { text: `${index} ${"x".repeat(900)}` } }),
  )
  await writeFile(path.join(folder, "seed.ndjson"), lines.join("\n"))

  expect(await counted()).toBe(0)
  expect(await db("seed", "seed.ndjson")).toMatchObject({ exitCode: 0 })
  expect(await counted()).toBe(20_000)
  await logIsShort(folder)

  expect(await db("dump", "all.ndjson")).toMatchObject({ exitCode: 0 })
  expect(await db("reset", "--yes")).toMatchObject({ exitCode: 0 })
  expect(await counted()).toBe(0)

  const more = `${schema}      stars: { type: int, default: 3 }\n`
  await writeFile(path.join(folder, "schema.yaml"), more)
  expect(await db("restore", "all.ndjson", "--yes")).toMatchObject({ exitCode: 0 })
  expect(await counted()).toBe(20_000)
  // What was restored has no stars; the reload that follows adds them.
  const { body } = await daemon.send("GET", "/api/collections/notes?limit=1")
  expect(body).toMatchObject({ total: 20_000, docs: [{ stars: 3 }] })
  expect(await daemon.stop()).toBe(0)
}, 60_000)

/** The checkpoint runs beside the daemon. */
async function logIsShort(folder: string): Promise<void> {
  await expect.poll(async () => (await stat(path.join(folder, "data/alyx.db-wal"))).size, { timeout: 10_000 }).toBe(0)
}
