import { writeFile } from "node:fs/promises"
import { join } from "node:path"

import { expect, test } from "vitest"

import { runAlyx } from "../../helpers/run-alyx.ts"
import { writeProject } from "../../helpers/running-daemon.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

const schema = `
collections:
  people:
    fields:
      name: { type: string }
`

async function project(): Promise<string> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema })
  return folder
}

test("a project that was never served is seeded after its schema was applied, and restored elsewhere", async () => {
  const cwd = await project()
  await writeFile(join(cwd, "seed.json"), '{ "people": [ { "name": "Ada" } ] }')

  const seeded = await runAlyx(["db", "seed", "seed.json"], { cwd })
  const dumped = await runAlyx(["db", "dump", "all.ndjson"], { cwd })
  const other = await project()
  const restored = await runAlyx(["db", "restore", join(cwd, "all.ndjson"), "--json"], { cwd: other })

  expect(seeded).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("1 created") as unknown })
  expect(seeded.stderr).toContain("✓ + people")
  expect(dumped.exitCode).toBe(0)
  expect(JSON.parse(restored.stdout)).toMatchObject({ collections: { people: 1 }, backup: null, notices: [] })
})

test("a project that was never served can be asked and dumped: it is empty", async () => {
  const cwd = await project()

  expect((await runAlyx(["db", "query", "SELECT 1 AS one", "--csv"], { cwd })).stdout).toBe("one\n1")
  expect((await runAlyx(["db", "dump"], { cwd })).stdout).toMatch(/"collections":\[\].*\n\{"end":\{\}\}$/)
})

test("a statement that is ended at its time leaves the command with its code, and the next one runs", async () => {
  const cwd = await project()
  const endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT count(*) FROM c"

  const ended = await runAlyx(["db", "query", endless, "--timeout", "300ms", "--json"], { cwd })

  expect(ended.exitCode).toBe(1)
  expect(JSON.parse(ended.stdout)).toMatchObject({ error: { code: "QUERY_TIMEOUT" } })
  expect((await runAlyx(["db", "query", "SELECT 1 AS one", "--csv"], { cwd })).stdout).toBe("one\n1")
})
