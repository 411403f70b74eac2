import { cp, readFile, writeFile } from "node:fs/promises"
import path from "node:path"

import { describe, expect, test } from "vitest"

import { endDaemonWithTest } from "../helpers/end-daemon.ts"
import { builtCli } from "../helpers/built-cli.ts"
import { notesSchema as schema, openDashboard } from "../helpers/open-dashboard.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { sendTo, startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"
import { openTerminal } from "../helpers/terminal-screen.ts"

/** The launcher of a copy of this package that says it is of another version. */
async function copyOfVersion(version: string): Promise<string> {
  const root = path.dirname(path.dirname(await builtCli()))
  const copy = await tempFolder()
  for (const name of ["bin", "dist", "package.json", "oclif.manifest.json"]) {
    await cp(path.join(root, name), path.join(copy, name), { recursive: true })
  }
  for (const name of ["package.json", "oclif.manifest.json"]) {
    const content = JSON.parse(await readFile(path.join(copy, name), "utf8")) as object
    await writeFile(path.join(copy, name), JSON.stringify({ ...content, version }))
  }
  return path.join(copy, "bin/run.js")
}

describe("the dashboard of alyx dev", () => {
  test("shows the address, requests as they come, and what a saved file did", async () => {
    const { folder, screen, url } = await openDashboard()

    await fetch(`${url}/api/collections/none`)
    await screen.shows(/GET +\/api\/collections\/none +COLLECTION_NOT_FOUND +404 +[\d.]+ ms/)
    await writeFile(path.join(folder, "schema.yaml"), `${schema}  tags:\n    fields:\n      name: { type: string }\n`)
    await screen.shows("notes 0 · tags 0")

    expect(screen.isAlternate()).toBe(true)
    expect(screen.text()).toContain(url)
    expect(screen.text()).toContain("✓ Schema applied")
    expect(screen.text()).toContain("+ tags")
  })

  test("shows what is wrong with a saved file until it is mended", async () => {
    const { folder, screen } = await openDashboard()

    await writeFile(path.join(folder, "schema.yaml"), schema.replace("string", "strng"))
    await screen.shows("schema.yaml:4:21")
    await screen.shows("^^^^^")
    await writeFile(path.join(folder, "schema.yaml"), schema)
    await screen.shows(/^(?!.*\^\^\^\^\^)/s)
    await screen.shows("✓ Schema valid again")
  })

  test("says what to do about an unsafe change on a small screen, too", async () => {
    const { folder, screen, url } = await openDashboard({ columns: 60, rows: 15 })
    await sendTo(url, "POST", "/api/collections/notes", { text: "no number" })

    await writeFile(path.join(folder, "schema.yaml"), schema.replace("text: { type: string }", "text: { type: int }"))
    await screen.shows("This change waits for you")

    expect(screen.text()).toContain("1 change: 1 refused")
    expect(screen.text()).toContain("w write file  a apply  u undo edit")
    expect(screen.text()).toContain("Requests")
    expect(screen.text()).toContain("q detach")
    expect(screen.text().split("\n")).toHaveLength(15)
  })

  test("shows a command that can be copied while nothing was asked, and counts only what is asked of the API", async () => {
    const { screen, url } = await openDashboard({ columns: 110, rows: 30 })

    // The counts were asked for over the local socket by now.
    await screen.shows("0 requests, 0 failed")

    expect(screen.text()).toContain(`curl ${url}/api/collections/notes`)
  })

  test("q leaves the daemon running and gives the terminal back", async () => {
    const { folder, screen, url, daemon } = await openDashboard()
    const { pid } = await daemon()

    screen.type("q")

    expect(await screen.ended).toBe(0)
    expect(screen.isAlternate()).toBe(false)
    expect(screen.text()).toContain(`Still running at ${url} (process ${pid})`)
    expect((await runAlyx(["status"], { cwd: folder })).exitCode).toBe(0)
  })

  test("Q stops the daemon", async () => {
    const { folder, screen } = await openDashboard()

    screen.type("Q")

    expect(await screen.ended).toBe(0)
    expect(screen.text()).toContain("Stopped.")
    expect((await runAlyx(["status"], { cwd: folder })).exitCode).toBe(3)
  })

  test("Ctrl-C leaves it running, a second one stops it", async () => {
    const first = await openDashboard()
    first.screen.type("\u0003")
    await first.screen.shows("Ctrl-C again stops it")
    const firstCode = await first.screen.ended

    const second = await openDashboard()
    second.screen.type("\u0003")
    await second.screen.shows("Ctrl-C again stops it")
    second.screen.type("\u0003")
    const secondCode = await second.screen.ended

    expect([firstCode, secondCode]).toEqual([0, 0])
    expect((await runAlyx(["status"], { cwd: first.folder })).exitCode).toBe(0)
    expect((await runAlyx(["status"], { cwd: second.folder })).exitCode).toBe(3)
  })

  test("keeps its keys and the newest request in sight from 60x15 to 140x40", async () => {
    const { screen, url } = await openDashboard({ columns: 60, rows: 15 })
    const sees = async (collection: string): Promise<void> => {
      await fetch(`${url}/api/collections/${collection}`)
      await screen.shows(`/api/collections/${collection}`)
      await screen.shows("q detach")
    }

    await sees("one")
    screen.resize(140, 40)
    await sees("two")
    screen.resize(60, 15)
    await sees("six")

    expect(screen.text().split("\n")).toHaveLength(15)
  })

  test("starts a daemon again that died", async () => {
    const { screen, daemon } = await openDashboard()
    const killed = await daemon()

    process.kill(killed.pid, "SIGKILL")
    await screen.shows("was started again")

    expect((await daemon()).pid).not.toBe(killed.pid)
  })

  test("starts it again when it dies once more, and gives up after five deaths in a minute", async () => {
    const { folder, screen, daemon } = await openDashboard()
    let pid: number | undefined

    for (let deaths = 1; deaths < 5; deaths += 1) {
      pid = (await daemon()).pid
      process.kill(pid, "SIGKILL")
      await expect.poll(async () => (await daemon()).pid, { timeout: 20_000 }).not.toBe(pid)
      await screen.shows("was started again")
    }
    process.kill((await daemon()).pid, "SIGKILL")

    expect(await screen.ended).toBe(1)
    expect(screen.text()).toContain("The daemon died 5 times within a minute")
    expect(screen.text()).toContain("Serving http://")
    expect((await runAlyx(["status"], { cwd: folder })).exitCode).toBe(3)
  }, 60_000)

  test("follows the new daemon when somebody else restarts it", async () => {
    const { folder, screen, daemon } = await openDashboard()
    const before = await daemon()

    const restarted = await runAlyx(["restart"], { cwd: folder })
    await screen.shows("The daemon was restarted")
    const { pid, url } = await daemon()
    await fetch(`${url}/api/collections/after`)
    await screen.shows("/api/collections/after")

    expect(restarted.exitCode).toBe(0)
    expect(pid).not.toBe(before.pid)
    screen.type("q")
    expect(await screen.ended).toBe(0)
  })

  test("ends when somebody else stops the daemon", async () => {
    const { folder, screen } = await openDashboard()

    await runAlyx(["stop"], { cwd: folder })

    expect(await screen.ended).toBe(0)
    expect(screen.text()).toContain("The daemon was stopped.")
  })

  test("two dashboards show one daemon", async () => {
    const { folder, screen, url } = await openDashboard()
    const other = openTerminal({ command: process.execPath, args: [await builtCli(), "dev"], cwd: folder })
    await other.shows(url)

    await fetch(`${url}/api/collections/both`)

    await screen.shows("/api/collections/both")
    await other.shows("/api/collections/both")
    other.type("q")
    expect(await other.ended).toBe(0)
  })

  test("replaces a daemon of another version", async () => {
    const { folder, screen, daemon } = await openDashboard()
    screen.type("q")
    await screen.ended
    const newer = await copyOfVersion("9.9.9")

    const other = openTerminal({ command: process.execPath, args: [newer, "dev", "--port", "0"], cwd: folder })
    await other.shows("The daemon was of another build and was replaced: version 9.9.9.")

    expect((await daemon()).version).toBe("9.9.9")
    other.type("Q")
    expect(await other.ended).toBe(0)
  })

  test("refuses to take over a server", async () => {
    const folder = await tempFolder()
    await writeProject(folder, { "schema.yaml": schema })
    endDaemonWithTest(folder)
    await runAlyx(["start", "--detach", "--port", "0"], { cwd: folder })

    const screen = openTerminal({ command: process.execPath, args: [await builtCli(), "dev"], cwd: folder })

    expect(await screen.ended).toBe(1)
    expect(screen.text()).toContain("A daemon in start mode already serves this project")
    expect(screen.text()).toContain("alyx stop")
  })
})

describe("alyx dev without a terminal", () => {
  test("refuses beside a server with the code of the dashboard, before it serves", async () => {
    const folder = await tempFolder()
    await writeProject(folder, { "schema.yaml": schema })
    endDaemonWithTest(folder)
    await runAlyx(["start", "--detach", "--port", "0"], { cwd: folder })

    const { exitCode, stdout } = await runAlyx(["dev", "--json"], { cwd: folder })

    expect(exitCode).toBe(1)
    expect(JSON.parse(stdout)).toMatchObject({ error: { code: "DAEMON_MODE" } })
  })

  test("without a schema.yaml says what is served instead", async () => {
    const folder = await tempFolder()
    await writeProject(folder, { "alyx.yaml": "server: { port: 0 }\n" })
    const server = await startDaemon({ folder, command: ["dev"] })

    const logs = await runAlyx(["logs"], { cwd: folder })
    await server.stop()

    expect(logs.stdout).toContain("Schema at start refused; what the database was last brought to serves")
    expect(logs.stdout).not.toContain("last good one")
  })

  test("serves and watches in one process, and prints lines", async () => {
    const folder = await tempFolder()
    await writeProject(folder, { "schema.yaml": schema })

    const server = await startDaemon({ folder, command: ["dev", "--port", "0"] })
    const health = await server.send("GET", "/health/live")
    const ended = await server.stop()

    expect(health.status).toBe(200)
    expect(ended).toBe(0)
  })
})
