import { spawn } from "node:child_process"
import { once } from "node:events"
import { readFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { findAnyDaemon } from "../../src/client/find-daemon.ts"
import { isRunning } from "../../src/client/is-running.ts"
import { withDaemon } from "../../src/client/with-daemon.ts"
import { projectPaths } from "../../src/project/paths.ts"
import { builtCli } from "../helpers/built-cli.ts"
import { writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = "collections:\n  posts:\n    fields:\n      title: { type: string }\n"

async function project(): Promise<Parameters<typeof withDaemon>[0]> {
  const cli = await builtCli()
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema })
  const program = path.join(path.dirname(cli), "..", "dist", "daemon", "main.js")
  return { paths: projectPaths(folder), program, flags: [], mayStart: true }
}

test("a command's own daemon has no port, applies no schema, and is gone afterwards", async () => {
  const launch = await project()
  const pid = await withDaemon(launch, async (client, daemon) => {
    expect(daemon).toMatchObject({ mode: "tool", url: null })
    expect(await client.get("/api/admin/schema")).toMatchObject({ schema: { collections: [] } })
    return daemon.pid
  })
  expect(await isRunning(pid)).toBe(false)
  expect(await findAnyDaemon(launch.paths)).toBeUndefined()
})

test("commands that need the database at once take turns", async () => {
  const launch = await project()
  const stats = async (): Promise<unknown> => withDaemon(launch, (client) => client.stats())
  expect(await Promise.all(Array.from({ length: 4 }, stats))).toHaveLength(4)
})

test("without leave to start one it fails with NO_DAEMON", async () => {
  const launch = await project()
  await expect(withDaemon({ ...launch, mayStart: false }, () => Promise.resolve())).rejects.toMatchObject({
    code: "NO_DAEMON",
  })
})

test("a command that is killed takes its daemon with it", async () => {
  const launch = await project()
  const module = path.join(import.meta.dirname, "../../src/client/with-daemon.ts")
  const script = `
    const { withDaemon } = await import(${JSON.stringify(module)})
    const launch = JSON.parse(process.argv[1])
    await withDaemon(launch, (client, daemon) => { console.log(daemon.pid); return new Promise(() => setInterval(() => {}, 1000)) })`
  const command = spawn(process.execPath, ["--input-type=module", "-e", script, JSON.stringify(launch)])
  const pid = Number(String((await once(command.stdout, "data"))[0]))
  expect(pid).toBeGreaterThan(0)
  command.kill("SIGKILL")
  await expect.poll(() => isRunning(pid), { timeout: 10_000 }).toBe(false)
  expect(await readFile(launch.paths.daemonFile, "utf8").catch(() => "gone")).toBe("gone")
})
