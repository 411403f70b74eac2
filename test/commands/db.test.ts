import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdir, readFile, stat, writeFile } from "node:fs/promises"
import path from "node:path"
import { text } from "node:stream/consumers"

import { execa } from "execa"
import { describe, expect, test } from "vitest"

import { builtCli } from "../helpers/built-cli.ts"
import { endDaemonWithTest } from "../helpers/end-daemon.ts"
import { preparedProject } from "../helpers/prepared-project.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { writeProject } from "../helpers/running-daemon.ts"
import { openTerminal } from "../helpers/terminal-screen.ts"

const schema = `collections:
  posts:
    fields:
      k: { type: int, primary: true, default: auto }
      title: { type: string }
`

/** A project whose database has two documents; no daemon runs for it. */
const project = preparedProject(async (cwd) => {
  await writeProject(cwd, { "schema.yaml": schema })
  const reset = await runAlyx(["db", "reset"], { cwd })
  expect(reset).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("Reset: 0 documents in 1 collection") as unknown,
  })
  const sql = "INSERT INTO posts (title) VALUES ('One'), ('with, comma')"
  expect(await runAlyx(["db", "query", sql, "--write"], { cwd })).toMatchObject({ exitCode: 0, stdout: "" })
})

/** From here on the commands ask this daemon, which takes a third of the time that one of their own takes. */
async function serve(cwd: string): Promise<void> {
  endDaemonWithTest(cwd)
  expect(await runAlyx(["start", "--detach", "--port", "0"], { cwd })).toMatchObject({ exitCode: 0 })
}

describe("alyx db, with a daemon of its own and beside one", () => {
  test("queries in every form, and says where a statement is wrong", async () => {
    const cwd = await project()
    const query = (...words: string[]) => runAlyx(["db", "query", ...words], { cwd })
    const sql = "SELECT k, title FROM posts ORDER BY k"

    expect(await query(sql, "--no-daemon")).toMatchObject({ exitCode: 3 })
    const table = "k  title\n─  ───────────\n1  One\n2  with, comma"
    expect((await query(sql)).stdout).toBe(table)
    const wrong = await query("SELECT tilte FROM posts")
    expect(wrong).toMatchObject({ exitCode: 1, stdout: "" })
    expect(wrong.stderr).toContain("SQL:1:8 No such column: tilte.")
    expect(wrong.stderr).toContain("|        ^^^^^")
    await serve(cwd)
    expect((await query(sql)).stdout).toBe(table)
    expect(JSON.parse((await query(sql, "--json")).stdout)).toEqual([
      { k: 1, title: "One" },
      { k: 2, title: "with, comma" },
    ])
    expect((await query(sql, "--csv")).stdout).toBe('k,title\n1,One\n2,"with, comma"')
    expect(await query(sql, "--ndjson", "--limit", "1")).toMatchObject({
      stdout: '{"k":1,"title":"One"}',
      stderr: expect.stringContaining("truncated") as unknown,
    })
    expect(await query("DELETE FROM posts")).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining("--write") as unknown,
    })
    expect(await query(sql, "--timeout", "soon")).toMatchObject({ exitCode: 2 })
  })

  test("dumps to a private file that it does not replace unasked, to folders and to pipes, and restores", async () => {
    const cwd = await project()
    const db = (...words: string[]) => runAlyx(["db", ...words], { cwd })

    expect(await db("dump", "a.ndjson")).toMatchObject({ exitCode: 0, stdout: path.join(cwd, "a.ndjson") })
    expect((await stat(path.join(cwd, "a.ndjson"))).mode & 0o777).toBe(0o600)
    await serve(cwd)
    const again = await db("dump", "a.ndjson", "--json")
    expect(again.exitCode).toBe(1)
    expect(JSON.parse(again.stdout)).toMatchObject({ error: { code: "FILE_EXISTS" } })
    expect(await db("dump", "a.ndjson", "--yes")).toMatchObject({ exitCode: 0 })
    expect(await db("dump", "--format", "csv", "out/")).toMatchObject({ exitCode: 0 })
    expect(await readFile(path.join(cwd, "out/posts.csv"), "utf8")).toMatch(/^k,title,.*\n1,One,/)
    const inFile = await readFile(path.join(cwd, "a.ndjson"), "utf8")
    expect(withoutTime((await db("dump")).stdout)).toBe(withoutTime(inFile))
    expect(await db("dump", "a.zip")).toMatchObject({ exitCode: 2 })
    expect((await readdir(cwd)).filter((name) => name.endsWith(".part"))).toEqual([])

    await db("query", "DELETE FROM posts WHERE k = 1", "--write")
    expect(await runAlyx(["stop"], { cwd })).toMatchObject({ exitCode: 0 })
    expect(await db("restore", "a.ndjson")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringMatching(
        /1 document of .*alyx\.db would go[\s\S]*alyx db restore a\.ndjson --yes/,
      ) as unknown,
    })
    const restored = JSON.parse((await db("restore", "a.ndjson", "--yes", "--json")).stdout) as { backup: string }
    expect(restored).toMatchObject({ collections: { posts: 2 }, notices: [] })
    await serve(cwd)
    expect((await db("restore", restored.backup, "--yes")).stdout).toContain("Restored: 1 document in 1 collection")
    expect(await db("restore", "out/posts.csv", "--yes")).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining("alyx db seed out/posts.csv") as unknown,
    })
    await writeFile(path.join(cwd, "bad.ndjson"), "{}\n")
    expect((await db("restore", "bad.ndjson", "--yes")).stderr).toContain("bad.ndjson:1 This is not a dump")
  })

  test("ends quietly when the reader of a dump leaves", async () => {
    const cwd = await project()
    const script = `"${process.execPath}" "${await builtCli()}" db dump | head -c 20; echo "\${PIPESTATUS[0]}"`

    expect(await execa("bash", ["-c", script], { cwd })).toMatchObject({
      stdout: expect.stringMatching(/^\{"alyx":.*0$/) as unknown,
      stderr: "",
    })
  })

  test("has flags for three of its commands", async () => {
    const cwd = await project()

    expect(await runAlyx(["db", "--dump", "x.sql"], { cwd })).toMatchObject({ exitCode: 0 })
    expect(await runAlyx(["db", "--reset"], { cwd })).toMatchObject({ exitCode: 2 })
    expect(await runAlyx(["db", "--reset", "--yes"], { cwd })).toMatchObject({ exitCode: 0 })
    expect(await runAlyx(["db", "--reset", "--dump", "y.sql"], { cwd })).toMatchObject({ exitCode: 2 })
    expect(await runAlyx(["db"], { cwd })).toMatchObject({ exitCode: 2 })
  })
})

describe("alyx db shell", () => {
  test("runs a script, and ends at its first error", async () => {
    const cwd = await project()
    const child = spawn(process.execPath, [await builtCli(), "db", "shell"], { cwd })
    child.stdin.end(".tables\nselect count(*) as n\nfrom posts;\n.write on\nselect nobody;\nselect 2")
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)])
    if (child.exitCode === null) await once(child, "exit")

    expect(out).toBe("name\n─────\nposts\nn\n─\n2\n")
    expect(err).toContain("SQL:1:8 No such column: nobody.")
    expect(err).toContain("^^^^^^")
    expect(child.exitCode).toBe(1)
  })

  test("at a terminal: several lines, completion, Ctrl-C, writing, and a history that only its owner reads", async () => {
    const cwd = await project()
    const screen = openTerminal({ command: process.execPath, args: [await builtCli(), "db", "shell"], cwd })

    await screen.shows("alyx>")
    screen.type("select count(*) as how_many\r")
    await screen.shows("...>")
    screen.type("from pos")
    await screen.shows("from pos")
    screen.type("\t")
    await screen.shows("from posts")
    screen.type(";\r")
    await screen.shows(/how_many\n─+\n +2/)
    screen.type("select 'never run")
    await screen.shows("never run")
    screen.type("\u0003")
    await screen.shows("^C")
    screen.type("delete from posts;\r")
    await screen.shows(".write on")
    screen.type(".write on\r")
    await screen.shows("alyx (write)>")
    screen.type("delete from posts;\r")
    await screen.shows("2 documents changed")
    screen.type("selec 1;\r")
    await screen.shows('Near "selec": syntax error.')
    screen.type("\u0004")

    expect(await screen.ended).toBe(0)
    const history = path.join(cwd, ".alyx/shell_history")
    expect((await stat(history)).mode & 0o777).toBe(0o600)
    expect(await readFile(history, "utf8")).toContain("delete from posts;")
  })
})

function withoutTime(dumped: string): string {
  return dumped.trim().replace(/"at":"[^"]*"/, "")
}
