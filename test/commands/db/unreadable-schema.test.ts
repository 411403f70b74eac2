import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"

import { expect, test } from "vitest"

import { runAlyx } from "../../helpers/run-alyx.ts"
import { startDaemon, writeProject } from "../../helpers/running-daemon.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

const schema = `
collections:
  notes:
    fields:
      text: { type: text }
`

test("a database whose applied schema another program wrote over says so, and a backup leads out of it", async () => {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema, "alyx.yaml": "server:\n  port: 0\n" })
  const daemon = await startDaemon({ folder })
  await daemon.send("POST", "/api/collections/notes", { text: "kept" })
  expect(await runAlyx(["db", "backup", "good.db"], { cwd: folder })).toMatchObject({ exitCode: 0 })
  await daemon.stop()
  const [file = ""] = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith("alyx.db"))
  const database = new DatabaseSync(join(folder, file))
  database.exec("UPDATE _alyx_meta SET value = 'boom' WHERE key = 'schema'")
  database.close()

  for (const words of [["migrate", "status"], ["db", "dump", "x.ndjson"], ["start"]]) {
    const refused = await runAlyx(words, { cwd: folder })
    expect(refused.exitCode, words.join(" ")).toBe(1)
    expect(refused.stderr, words.join(" ")).toMatch(/applied schema in the database is damaged.*[^]*alyx db restore/)
  }
  const restored = await runAlyx(["db", "restore", "good.db", "--yes"], { cwd: folder })
  expect(restored).toMatchObject({ exitCode: 0 })
  const found = await runAlyx(["db", "query", "SELECT text FROM notes", "--csv"], { cwd: folder })
  expect(found).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("kept") as string })
})
