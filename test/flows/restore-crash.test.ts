import { readFile } from "node:fs/promises"
import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Readable } from "node:stream"
import { text } from "node:stream/consumers"
import { setTimeout as delay } from "node:timers/promises"

import { expect, test } from "vitest"

import { DaemonClient } from "../../src/client/daemon-client.ts"
import type { DaemonFile } from "../../src/protocol/admin-api.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { scaled, testSeed } from "../helpers/scale.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = "collections:\n  posts:\n    fields:\n      title: { type: string, index: true }\n"
const documentCount = 20_000

test("a daemon killed while a restore replaces the content leaves what was there, or what came, whole", async () => {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema })
  const seed = testSeed()
  const seen: string[] = []

  for (let round = 0; round < scaled(40, 3); round += 1) {
    const { child, ended } = await startDaemon({ folder })
    const client = new DaemonClient(
      JSON.parse(await readFile(path.join(folder, ".alyx/daemon.json"), "utf8")) as DaemonFile,
    )
    await fill(client, `old ${round}`)
    const dump = (await text(await client.open("/api/admin/db/dump"))).replaceAll(`"old ${round}"`, `"new ${round}"`)
    const replacing = Promise.withResolvers<void>()
    const restored = client
      .postWithProgress("/api/admin/db/restore?format=ndjson", Readable.from([Buffer.from(dump)]), ({ message }) => {
        if (message.startsWith("Putting the new content")) replacing.resolve()
      })
      .catch(() => undefined)

    await Promise.race([replacing.promise, restored])
    await delay((seed * (round + 7)) % 13)
    child.kill("SIGKILL")
    await Promise.all([ended, restored])

    const found = contentOf(path.join(folder, "data/alyx.db"))
    expect([`old ${round}`, `new ${round}`], `seed ${seed}`).toContain(found)
    seen.push(found.slice(0, 3))
  }
  process.stdout.write(`seed ${seed}: ${seen.join(" ")}\n`)
}, 600_000)

async function fill(client: DaemonClient, title: string): Promise<void> {
  const run = async (sql: string): Promise<void> => {
    const request = { method: "POST" as const, body: JSON.stringify({ sql, write: true, timeoutMs: 60_000 }) }
    await text(
      await client.open("/api/admin/db/query", { ...request, headers: { "content-type": "application/json" } }),
    )
  }
  await run("DELETE FROM posts")
  await run(
    `INSERT INTO posts (title) WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c LIMIT ${documentCount}) SELECT '${title}' FROM c`,
  )
}

/** The one title that all documents have; opening the file is what a start does after a crash. */
function contentOf(file: string): string {
  const database = new DatabaseSync(file)
  try {
    expect(database.prepare("PRAGMA integrity_check").get()).toMatchObject({ integrity_check: "ok" })
    const titles = database.prepare("SELECT title, count(*) AS n FROM posts GROUP BY title").all()
    expect(titles).toHaveLength(1)
    expect(titles[0]).toMatchObject({ n: documentCount })
    return String(titles[0]!["title"])
  } finally {
    database.close()
  }
}
