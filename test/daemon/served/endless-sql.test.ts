import path from "node:path"
import { DatabaseSync } from "node:sqlite"
import { setTimeout as delay } from "node:timers/promises"

import { describe, expect, test } from "vitest"

import { startDaemon } from "../../../src/daemon/daemon.ts"
import { applySchema } from "../../../src/daemon/storage/sqlite/apply-schema.ts"
import { runMigration } from "../../../src/daemon/storage/sqlite/run-migration.ts"
import { systemClock } from "../../../src/lib/clock.ts"
import { builtPrograms } from "../../helpers/built-programs.ts"
import { writeProject } from "../../helpers/running-daemon.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { requireSchema } from "../../schema/arbitrary-schema.ts"
import { openTempDatabase } from "../storage/open-temp-database.ts"
import { stepOf } from "../storage/migration-step.ts"
import { openMigrationProject, quietly } from "./migration-project.ts"
import type { MigrationProject } from "./migration-project.ts"

const schema = `version: 1
collections:
  posts:
    timestamps: false
    fields:
      title: { type: string }
`

const endless = "(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r)"

const file = "migrations/001_change.yaml"
const endlessUpdate = `operations:\n  - { type: sql, up: "UPDATE posts SET title = ${endless}", down: "" }\n`

async function withPosts(files: Readonly<Record<string, string>> = {}): Promise<MigrationProject> {
  const project = await openMigrationProject({ files: { "schema.yaml": schema } })
  await project.run("INSERT INTO posts (id, title) VALUES ('p1', 'One'), ('p2', 'Two')")
  await project.write(files)
  return project
}

/** How long a turn of this thread took at most while the work went on. */
async function longestTurnMs(untilMs: number): Promise<number> {
  const endMs = performance.now() + untilMs
  let longest = 0
  while (performance.now() < endMs) {
    const beginMs = performance.now()
    await delay(5)
    longest = Math.max(longest, performance.now() - beginMs)
  }
  return longest
}

describe("a migration file whose SQL has no end", () => {
  test.each([
    { what: "using", text: `{ type: change_type, collection: posts, field: title, to: int, using: "${endless}" }` },
    {
      what: "fill_sql",
      text: `{ type: add_field, collection: posts, field: n, definition: { type: int }, fill_sql: "${endless}" }`,
    },
  ])("is planned ($what) while requests go on, and the stop ends it", async ({ text }) => {
    const project = await withPosts({ [file]: `operations:\n  - ${text}\n` })

    const failure = project.migrations.plan().catch((error: unknown) => error)
    const longest = await longestTurnMs(600)
    const rows = project.rows("SELECT id FROM posts")
    await project.stop()

    expect(longest).toBeLessThan(500)
    expect(rows).toHaveLength(2)
    expect(await failure).toMatchObject({ code: "SHUTTING_DOWN" })
  })

  test("is applied while requests go on; the stop ends it, and nothing has changed", async () => {
    const project = await withPosts({ [file]: endlessUpdate })

    const failure = project.migrations.apply(quietly).catch((error: unknown) => error)
    const longest = await longestTurnMs(600)
    expect(project.rows("SELECT title FROM posts")).toEqual([{ title: "One" }, { title: "Two" }])
    await project.stop()

    expect(longest).toBeLessThan(500)
    expect(await failure).toMatchObject({ code: "SHUTTING_DOWN" })
    const again = await openMigrationProject({ root: project.root })
    expect(again.rows("SELECT title FROM posts")).toEqual([{ title: "One" }, { title: "Two" }])
    await again.run("UPDATE posts SET title = 'Three'")
  })

  test("is rolled back while requests go on, and can be ended before the stop", async () => {
    const down = `operations:\n  - { type: sql, up: "UPDATE posts SET title = 'x'", down: "UPDATE posts SET title = ${endless}" }\n`
    const project = await withPosts({ [file]: down })
    await project.migrations.apply(quietly)

    const failure = project.migrations.rollback({ count: 1, ...quietly }).catch((error: unknown) => error)
    const longest = await longestTurnMs(400)
    await project.database.engine.endMigrations()

    expect(longest).toBeLessThan(500)
    expect(await failure).toMatchObject({ code: "SHUTTING_DOWN" })
    expect(project.rows("SELECT DISTINCT title FROM posts")).toEqual([{ title: "x" }])
  })

  test("is ended after its time, and writes go on", async () => {
    const temp = await openTempDatabase({ migrationSqlMsMax: 300 })
    const { database } = temp
    await applySchema(database, requireSchema(schema), { clock: systemClock })
    const options = { schema: null, clock: systemClock, onProgress: () => undefined, onApplied: () => undefined }

    const step = stepOf(
      `- { type: sql, up: "DELETE FROM posts WHERE title = ${endless}; SELECT ${endless}", down: "" }`,
    )
    const failure = await runMigration(database, { ...options, steps: [step] }).catch((error: unknown) => error)

    expect(failure).toMatchObject({ code: "QUERY_TIMEOUT", message: expect.stringContaining("Nothing was changed") })
    await applySchema(database, requireSchema(`${schema}      views: { type: int, default: 0 }\n`), {
      clock: systemClock,
    })
    await temp.remove()
  })

  test("does not hold up a daemon that is stopped, nor one that only starts yet", async () => {
    const root = await tempFolder()
    await writeProject(root, { "schema.yaml": schema, "alyx.yaml": "server:\n  port: 0\n  drain_timeout: 0s\n" })
    await (await startIn(root)).stop()
    // Without a document the statement would have an end.
    const database = new DatabaseSync(path.join(root, "data/alyx.db"))
    database.exec("INSERT INTO posts (id, title) VALUES ('p1', 'One')")
    database.close()
    await writeProject(root, { [file]: endlessUpdate })
    const ending = new AbortController()

    const failure = startIn(root, { ending: ending.signal, isMigrating: true }).catch((error: unknown) => error)
    await delay(700)
    ending.abort()

    expect(await failure).toMatchObject({ code: "SHUTTING_DOWN" })
  })
})

test("work on tables that waits for its turn is refused when the database stops", async () => {
  const temp = await openTempDatabase()
  const first = Promise.withResolvers<void>()
  const begun = Promise.withResolvers<void>()
  let ran = false

  const under = temp.database.exclusive(() => {
    begun.resolve()
    return first.promise
  })
  const queued = temp.database.exclusive(() => void (ran = true)).catch((error: unknown) => error)
  await begun.promise
  const stopped = temp.database.stop()
  first.resolve()

  await under
  expect(await queued).toMatchObject({ code: "SHUTTING_DOWN" })
  await stopped
  expect(ran).toBe(false)
  await temp.remove()
})

async function startIn(
  root: string,
  options: Partial<Parameters<typeof startDaemon>[0]> = {},
): ReturnType<typeof startDaemon> {
  return startDaemon({
    root,
    mode: "start",
    isForeground: true,
    isWatching: false,
    isMigrating: false,
    flags: {},
    flagWords: [],
    env: {},
    version: "0.0.0",
    clock: systemClock,
    programs: await builtPrograms(),
    output: { write: () => true, isTerminal: false },
    onProgress: () => undefined,
    onFatal: () => undefined,
    onShutdown: () => undefined,
    ...options,
  })
}
