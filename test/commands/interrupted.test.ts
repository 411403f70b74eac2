import { once } from "node:events"
import { rm, writeFile } from "node:fs/promises"
import type { Readable } from "node:stream"

import { execa } from "execa"
import { expect, test } from "vitest"

import { findDatabaseUser } from "../../src/client/find-database-user.ts"
import { isRunning } from "../../src/client/is-running.ts"
import { projectPaths } from "../../src/project/paths.ts"
import type { DaemonFile } from "../../src/protocol/admin-api.ts"
import { builtCli } from "../helpers/built-cli.ts"
import { endDaemonWithTest } from "../helpers/end-daemon.ts"
import { preparedProject } from "../helpers/prepared-project.ts"
import type { CommandResult } from "../helpers/run-alyx.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"

const schema = "collections:\n  posts:\n    fields:\n      title: { type: string }\n"
const endless = "(WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT max(n) FROM r)"

/** An apply that has no end, in the middle of its work, in a project that no daemon serves. */
interface Applying {
  readonly folder: string
  readonly daemon: DaemonFile
  readonly ended: Promise<Pick<CommandResult, "exitCode" | "stderr">>
  readonly kill: (signal: "SIGINT" | "SIGKILL") => void
  readonly run: (...args: string[]) => Promise<CommandResult>
}

const projectWithPost = preparedProject(async (folder) => {
  await writeProject(folder, { "schema.yaml": schema })
  const server = await startDaemon({ folder })
  await server.send("POST", "/api/collections/posts", { title: "One" })
  await server.stop()
})

async function beginApply(): Promise<Applying> {
  const folder = await projectWithPost()
  await writeProject(folder, {
    "migrations/001_endless.yaml": `operations:\n  - { type: sql, up: "UPDATE posts SET title = ${endless}", down: "" }\n`,
  })
  const command = execa(process.execPath, [await builtCli(), "migrate", "apply", "--yes"], {
    cwd: folder,
    env: {
      PATH: process.env["PATH"],
      HOME: folder,
      LANG: "C.UTF-8",
      NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"],
    },
    extendEnv: false,
    reject: false,
  })
  const run = (...args: string[]): Promise<CommandResult> => runAlyx(args, { cwd: folder })
  endDaemonWithTest(folder)
  await untilHeard(command.stderr, "Running the SQL of migrations/001_endless.yaml")
  const { daemon } = (await findDatabaseUser(projectPaths(folder)))!
  const ended = command.then(({ exitCode, stderr }) => ({ exitCode, stderr }))
  return { folder, daemon, ended, kill: (signal) => void command.kill(signal), run }
}

async function untilHeard(stream: Readable, words: string): Promise<void> {
  let text = ""
  while (!text.includes(words)) text += String((await once(stream, "data"))[0])
}

test("Ctrl-C in an apply without a server ends it, and says that nothing was changed", async () => {
  const { daemon, kill, ended, run } = await beginApply()

  kill("SIGINT")
  const { exitCode, stderr } = await ended
  const isLeft = await isRunning(daemon.pid)
  const status = await run("migrate", "status")

  expect(exitCode).toBe(130)
  expect(stderr).toContain("Nothing was changed. (INTERRUPTED)")
  expect(isLeft).toBe(false)
  expect(status.stdout).toContain("001_endless")
  expect(status.exitCode).toBe(0)
})

test("an apply that is killed is undone soon, and the next command waits for that", async () => {
  const { kill, ended, run, folder } = await beginApply()

  kill("SIGKILL")
  await ended
  const status = await run("migrate", "status", "--json")

  expect(status).toMatchObject({ exitCode: 0, stderr: "" })
  expect(JSON.parse(status.stdout)).toMatchObject({
    applied: [{ kind: "schema" }],
    pending: [{ file: "migrations/001_endless.yaml" }],
  })
  expect(await findDatabaseUser(projectPaths(folder))).toBeUndefined()
})

test("status and stop know a command that uses the database", async () => {
  const { daemon, ended, run } = await beginApply()

  const status = await run("status")
  const asJson = await run("status", "--json")
  const stop = await run("stop")
  const { exitCode, stderr } = await ended

  expect(status.exitCode).toBe(3)
  expect(status.stdout).toBe(
    `not running\nalyx migrate apply (process ${daemon.pid}) uses the database. alyx stop ends it.`,
  )
  expect(JSON.parse(asJson.stdout)).toMatchObject({
    running: false,
    databaseUser: { pid: daemon.pid, command: "migrate apply", isEnding: false },
  })
  expect(stop).toMatchObject({ exitCode: 0, stdout: `Ended alyx migrate apply (process ${daemon.pid}).` })
  expect(exitCode).toBe(1)
  expect(stderr).toContain("Nothing was changed. (SHUTTING_DOWN)")
  expect(await isRunning(daemon.pid)).toBe(false)
})

test("a process that still has the database is known although it answers no more", async () => {
  const { daemon, folder, ended, kill, run } = await beginApply()
  kill("SIGKILL")
  await ended
  await expect.poll(() => isRunning(daemon.pid), { timeout: 10_000 }).toBe(false)
  // What a daemon looks like that has closed its socket: this process stands for it.
  const { daemonFile } = projectPaths(folder)
  await writeFile(daemonFile, JSON.stringify({ ...daemon, pid: process.pid }), { mode: 0o600 })

  const { stdout, exitCode } = await run("status")
  await rm(daemonFile)

  expect(exitCode).toBe(3)
  expect(stdout).toBe(`not running\nalyx migrate apply (process ${process.pid}) is ending, and still has the database.`)
})
