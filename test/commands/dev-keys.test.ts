import { chmod, readFile, writeFile } from "node:fs/promises"
import path from "node:path"

import { describe, expect, test } from "vitest"

import { openDashboard } from "../helpers/open-dashboard.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { sendTo } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const key = { enter: "\r", escape: "\u001B", up: "\u001B[A", end: "\u001B[F", tab: "\t", backTab: "\u001B[Z" }

describe("the keys of alyx dev", () => {
  test("Enter opens a request with its headers, bodies and SQL; Esc leads back", async () => {
    const { screen, url } = await openDashboard({ rows: 50 })
    await sendTo(url, "POST", "/api/collections/notes", { text: "from a test" })
    await sendTo(url, "GET", "/api/collections/none")
    await screen.shows("COLLECTION_NOT_FOUND")

    screen.type(key.up + key.enter)
    await screen.shows("Request headers")
    const top = screen.text()
    screen.type(key.end)
    await screen.shows(/insert into/i)
    const bottom = screen.text()
    screen.type(key.escape)
    await screen.shows(/─ Requests ─/)

    expect(top).toContain("POST /api/collections/notes")
    expect(top).toMatch(/201 in [\d.]+ ms at/)
    expect(top).toContain('"text": "from a test"')
    expect(bottom).toMatch(/SQL {2}\d+ statements? in [\d.]+ ms/)
  })

  test("a reload opens in full, too", async () => {
    const { screen } = await openDashboard()

    screen.type(key.tab)
    screen.type("g")
    screen.type(key.enter)

    await screen.shows(/─ Change ─/)
    await screen.shows("Schema at start applied")
    await screen.shows("+ notes")
  })

  test("/ shows only what contains a text, e only errors, c clears, and Esc shows everything again", async () => {
    const { screen, url } = await openDashboard()
    for (const target of ["/api/collections/notes", "/api/collections/none", "/health/live?apple"]) {
      await sendTo(url, "GET", target)
    }
    await screen.shows("apple")

    screen.type("/apple")
    await screen.shows(/“apple”: 1 of 3/)
    const found = screen.text()
    screen.type(key.escape)
    await screen.shows("collections/none")
    screen.type("e")
    await screen.shows("errors: 1 of 3")
    const errors = screen.text()
    screen.type("e")
    await screen.shows("apple")
    screen.type("c")
    await screen.shows("None yet.")

    expect(found).not.toContain("collections/none")
    expect(errors).toContain("collections/none")
    expect(errors).not.toContain("apple")
  })

  test("p holds the view and counts what comes in the meantime", async () => {
    const { screen, url } = await openDashboard()

    screen.type("p")
    await screen.shows("Paused: nothing new yet")
    await sendTo(url, "GET", "/api/collections/held")
    await screen.shows("Paused: 1 new entry held back")
    const paused = screen.text()
    screen.type("p")
    await screen.shows("/api/collections/held")

    expect(paused).not.toContain("/api/collections/held")
    expect(screen.text()).not.toContain("Paused")
  })

  test("? explains the keys; Tab goes through the panes, one at a time on a small screen", async () => {
    const { screen } = await openDashboard({ columns: 60, rows: 15 })

    screen.type("?")
    await screen.shows("the next pane, the one before")
    screen.type("?")
    await screen.shows("None yet. Try:")
    screen.type(key.tab)
    await screen.shows("Serving http://")
    screen.type(key.tab)
    await screen.shows("No events yet.")
    screen.type(key.tab)
    await screen.shows("None yet: alyx generate function hello")
    screen.type(key.backTab)
    await screen.shows("No events yet.")

    expect(screen.text().split("\n")).toHaveLength(15)
    expect(screen.text()).toContain("q detach")
  })

  test("in a window that is too small says so in one line, and is there again in a larger one", async () => {
    const { screen } = await openDashboard({ columns: 60, rows: 15 })

    screen.resize(50, 10)
    await screen.shows(/^alyx dev needs 60×15, this is 50×10/)
    screen.resize(140, 40)
    await screen.shows(/─ Requests ─.*─ Changes ─/)
    screen.resize(100, 30)
    await screen.shows(/─ Events ─.*─ Functions ─/)

    expect(screen.text().split("\n")).toHaveLength(30)
  })

  test("o opens the API page, and prints its address where there is no browser", async () => {
    const bin = await tempFolder()
    const opened = path.join(bin, "opened")
    await writeFile(path.join(bin, "xdg-open"), `#!/bin/sh\nprintf '%s' "$1" > '${opened}'\n`)
    await chmod(path.join(bin, "xdg-open"), 0o755)
    const withBrowser = await openDashboard({ env: { PATH: `${bin}:/usr/bin:/bin` } })
    const without = await openDashboard({ env: { PATH: await tempFolder() } })

    withBrowser.screen.type("o")
    await withBrowser.screen.shows(`Opened ${withBrowser.url}/docs`)
    without.screen.type("o")
    await without.screen.shows(`No browser could be opened here. The API page is at ${without.url}/docs`)

    expect(await readFile(opened, "utf8")).toBe(`${withBrowser.url}/docs`)
  })
})

describe("the end of alyx dev", () => {
  test.each(["SIGTERM", "SIGHUP"] as const)(
    "%s gives the terminal back and leaves the daemon running",
    async (signal) => {
      const { folder, screen } = await openDashboard()

      screen.kill(signal)
      await screen.ended

      expect(screen.isAlternate()).toBe(false)
      expect((await runAlyx(["status"], { cwd: folder })).exitCode).toBe(0)
    },
  )
})
