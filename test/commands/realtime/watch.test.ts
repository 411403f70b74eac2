import { spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { createInterface } from "node:readline"

import { describe, expect, onTestFinished, test } from "vitest"

import { builtCli } from "../../helpers/built-cli.ts"
import { makeProject } from "../../helpers/cli-project.ts"
import { sendTo } from "../../helpers/running-daemon.ts"
import { openTerminal } from "../../helpers/terminal-screen.ts"

/** A command that runs, line by line. */
interface Watching {
  readonly child: ChildProcess
  /** The next line of stdout that was not taken yet. */
  line(): Promise<string>
  readonly ended: Promise<number | null>
  readonly errors: () => string
}

async function watch(folder: string, ...args: readonly string[]): Promise<Watching> {
  const child = spawn(process.execPath, [await builtCli(), "realtime", "watch", ...args], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  })
  onTestFinished(() => void child.kill("SIGKILL"))
  let errors = ""
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text))
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  return {
    child,
    line: async () => {
      const next = await lines.next()
      if (next.done === true) throw new Error(`ended: ${errors}`)
      return next.value
    },
    ended: new Promise((resolve) => child.on("exit", resolve)),
    errors: () => errors,
  }
}

describe("alyx realtime watch", () => {
  test("follows a query line by line, over a restart of the daemon, until Ctrl-C", async () => {
    const project = await makeProject()
    const { url } = await project.start()
    await sendTo(url!, "POST", "/api/collections/notes", { text: "one" })
    await sendTo(url!, "POST", "/api/collections/notes", { text: "other" })

    const following = await watch(project.folder, "notes", "--json", "--filter", "text:like:o%e", "--sort", "text")
    const snapshot = JSON.parse(await following.line()) as Record<string, unknown>
    expect(snapshot).toMatchObject({ type: "snapshot", docs: [{ text: "one" }], total: 1 })
    expect(snapshot).not.toHaveProperty("subscription_id")

    const made = await sendTo(url!, "POST", "/api/collections/notes", { text: "ode" })
    expect(JSON.parse(await following.line())).toMatchObject({
      type: "delta",
      changes: { inserts: [{ text: "ode" }], updates: [], deletes: [] },
    })
    await sendTo(url!, "DELETE", `/api/collections/notes/${made.body.id}`)
    expect(JSON.parse(await following.line())).toMatchObject({ changes: { deletes: [made.body.id] } })

    expect((await project.run("restart")).exitCode).toBe(0)
    const status = JSON.parse((await project.run("status", "--json")).stdout) as { daemon: { url: string } }
    await sendTo(status.daemon.url, "POST", "/api/collections/notes", { text: "once" })
    const later: string[] = []
    while (!later.some((line) => line.includes("once"))) later.push(await following.line())
    expect(later[0]).toContain('"resumed"')
    expect(following.errors()).toContain("Trying again.")

    following.child.kill("SIGINT")
    expect(await following.ended).toBe(130)
  })

  test("is a table at a terminal", async () => {
    const project = await makeProject()
    const { url } = await project.start()
    await sendTo(url!, "POST", "/api/collections/notes", { text: "first of all" })
    const screen = openTerminal({
      command: process.execPath,
      args: [await builtCli(), "realtime", "watch", "notes", "--sort", "-created_at"],
      cwd: project.folder,
      env: { CI: "" },
    })
    await screen.shows("first of all")
    await screen.shows(/notes 1 of 1 document/)
    const made = await sendTo(url!, "POST", "/api/collections/notes", { text: "and then" })
    await screen.shows(/^\+ .*and then/m)
    await sendTo(url!, "PATCH", `/api/collections/notes/${made.body.id}`, { text: "and now" })
    await screen.shows(/^~ .*and now/m)
    await sendTo(url!, "DELETE", `/api/collections/notes/${made.body.id}`)
    await screen.shows(/^- .*and now/m)
    await screen.shows(/notes 1 of 1 document/)
    screen.type("\u0003")
    expect(await screen.ended).toBe(130)
  })

  test("draws its table anew when the terminal gets another size, and shows the fields that are asked for", async () => {
    const project = await makeProject()
    const { url } = await project.start()
    for (const text of ["one", "two", "three"].map((word) => `${word} ${"long ".repeat(10)}end`))
      await sendTo(url!, "POST", "/api/collections/notes", { text })
    const screen = openTerminal({
      command: process.execPath,
      args: [await builtCli(), "realtime", "watch", "notes", "--fields", "text,created_at", "--sort", "text"],
      cwd: project.folder,
      env: { CI: "" },
      columns: 110,
      rows: 20,
    })
    await screen.shows(/notes 3 of 3[^]*one[^]*three[^]*two/)
    const wide = screen.text()

    screen.resize(60, 20)
    const isWhole = /^notes 3 of 3 documents\n.*\n {2}\S+ +one.*\n {2}\S+ +three.*\n {2}\S+ +two[^\n]*$/
    await screen.shows(isWhole)

    expect(wide).toContain("created_at")
    expect(wide).not.toContain("updated_at")
    expect(screen.text()).toMatch(isWhole)
    screen.resize(110, 20)
    await expect.poll(() => screen.text()).toBe(wide)
    screen.type("\u0003")
    expect(await screen.ended).toBe(130)
  })

  test("says what is wrong with what it is asked", async () => {
    const project = await makeProject()
    expect(await project.run("realtime", "watch", "notes")).toMatchObject({ exitCode: 3 })
    await project.start()
    const typo = await project.run("realtime", "watch", "nots")
    expect(typo).toMatchObject({ exitCode: 1 })
    expect(typo.stderr).toContain("Did you mean notes?")
    const field = await project.run("realtime", "watch", "notes", "--filter", "txt:eq:1")
    expect(field.exitCode).toBe(1)
    expect(field.stderr).toContain("txt")
    const json = await project.run("realtime", "watch", "notes", "--filter", "{")
    expect(json).toMatchObject({ exitCode: 2 })
    const token = await project.run("realtime", "watch", "notes", "--token", "nobody's", "--json")
    expect(token.exitCode).toBe(1)
    expect(JSON.parse(token.stdout)).toMatchObject({ error: { code: "INVALID_TOKEN" } })
  })
})
