import { readFile, writeFile } from "node:fs/promises"
import path from "node:path"

import { execa } from "execa"
import { expect, onTestFinished, test } from "vitest"

import { isRunning } from "../../src/client/is-running.ts"
import { endDaemonWithTest } from "../helpers/end-daemon.ts"
import { builtCli } from "../helpers/built-cli.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { sendTo, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = "collections:\n  notes:\n    fields:\n      text: { type: string }\n"

test("--once serves what is written and leaves the daemon running; the next one says what it took", async () => {
  const folder = await project()
  const first = await once(folder)
  expect(first).toMatchObject({ started: true, changes: [] })
  expect((await sendTo(first.daemon.url, "GET", "/api/collections/notes")).status).toBe(200)

  await runAlyx(["stop"], { cwd: folder })
  await save(folder, `${schema}      stars: { type: int, default: 1 }\n`)
  const daemon = await execa(process.execPath, [await builtCli(), "dev", "--once", "--no-watch"], { cwd: folder })
  expect(daemon.exitCode).toBe(0)
  await save(folder, `${schema}      stars: { type: int, default: 1 }\n      done: { type: bool, default: false }\n`)
  const second = await once(folder)
  expect(second).toMatchObject({ started: false, changes: ["+ notes.done (bool)"] })
})

test("--once fails with what is in the way, and does not leave a daemon that it started", async () => {
  const folder = await project()
  await save(folder, schema.replace("string", "strng"))
  const { exitCode, stderr } = await runAlyx(["dev", "--once"], { cwd: folder })
  expect(exitCode).toBe(1)
  expect(stderr).toContain("schema.yaml:4:")
  expect((await runAlyx(["status"], { cwd: folder })).exitCode).toBe(3)
})

test("--until-success waits for the save that mends it", async () => {
  const folder = await project()
  await save(folder, schema.replace("string", "strng"))
  const waiting = execa(process.execPath, [await builtCli(), "dev", "--until-success"], { cwd: folder, reject: false })
  onTestFinished(() => void waiting.kill("SIGKILL"))
  await new Promise<void>((resolve) => {
    waiting.stderr.on("data", (text: Buffer) => text.includes("Waiting for the next save") && resolve())
  })
  await save(folder, schema)
  const { exitCode, stdout } = await waiting
  expect(stdout).toContain("Started: http://127.0.0.1:")
  expect(exitCode).toBe(0)
})

test("--start runs a program with the address, ends with its exit code, and takes the daemon with it", async () => {
  const folder = await project()
  const script = `fetch(process.env.ALYX_URL + "/api/collections/notes").then((answer) => process.exit(answer.status === 200 ? 7 : 1))`
  await writeFile(path.join(folder, "front.mjs"), script)
  const { exitCode } = await runAlyx(["dev", "--start", `"${process.execPath}" front.mjs`], { cwd: folder })
  expect(exitCode).toBe(7)
  expect((await runAlyx(["status"], { cwd: folder })).exitCode).toBe(3)
})

test("an interrupt ends the program, what its shell started, and the daemon", async () => {
  const folder = await project()
  await writeFile(
    path.join(folder, "front.mjs"),
    `import { writeFileSync } from "node:fs"; setInterval(() => {}, 1000); writeFileSync("pid", String(process.pid)); console.log("front is up")`,
  )
  const command = `"${process.execPath}" front.mjs; true`
  const dev = execa(process.execPath, [await builtCli(), "dev", "--start", command], { cwd: folder, reject: false })
  onTestFinished(() => void dev.kill("SIGKILL"))
  await new Promise<void>((resolve) => {
    dev.stdout.on("data", (text: Buffer) => text.includes("front is up") && resolve())
  })
  const pid = Number(await readFile(path.join(folder, "pid"), "utf8"))
  dev.kill("SIGINT")
  expect((await dev).exitCode).toBe(130)
  expect(await isRunning(pid)).toBe(false)
  expect((await runAlyx(["status"], { cwd: folder })).exitCode).toBe(3)
})

test("--tail-logs prints what happens; an interrupt leaves the daemon running", async () => {
  const folder = await project()
  const dev = execa(process.execPath, [await builtCli(), "dev", "--tail-logs"], { cwd: folder, reject: false })
  onTestFinished(() => void dev.kill("SIGKILL"))
  let printed = ""
  dev.stdout.on("data", (text: Buffer) => (printed += text.toString()))
  await expect.poll(() => printed, { timeout: 20_000 }).toContain("Serving http://")
  await save(folder, `${schema}      stars: { type: int, default: 1 }\n`)
  await expect.poll(() => printed, { timeout: 20_000 }).toContain("+ notes.stars (int)")
  dev.kill("SIGINT")
  expect((await dev).exitCode).toBe(0)
  expect((await runAlyx(["status"], { cwd: folder })).exitCode).toBe(0)
})

/** A project whose daemon is stopped when the test ends. */
async function project(): Promise<string> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema, "alyx.yaml": "server:\n  port: 0\n" })
  endDaemonWithTest(folder)
  return folder
}

function save(folder: string, text: string): Promise<void> {
  return writeFile(path.join(folder, "schema.yaml"), text)
}

interface Served {
  readonly started: boolean
  readonly changes: readonly string[]
  readonly daemon: { readonly url: string }
}

async function once(folder: string): Promise<Served> {
  const { stdout } = await runAlyx(["dev", "--once", "--json"], { cwd: folder })
  return JSON.parse(stdout) as Served
}
