import { mkdir, readdir, readFile, writeFile } from "node:fs/promises"
import path from "node:path"

import { execa } from "execa"
import { describe, expect, test } from "vitest"

import { packageRoot } from "../../src/lib/package-root.ts"
import { builtCli } from "../helpers/built-cli.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { tempFolder } from "../helpers/temp-folder.ts"
import { openTerminal } from "../helpers/terminal-screen.ts"

const projectFiles = [
  ".env.example",
  ".gitignore",
  "README.md",
  "alyx.yaml",
  "requests.http",
  "schema.yaml",
  "functions",
]

describe("alyx init", () => {
  test.each(["basic", "blog", "saas"])("makes a project from %s that checks clean", async (template) => {
    const cwd = await tempFolder()

    const made = await runAlyx(["init", "my-app", "--template", template], { cwd })
    const checked = await runAlyx(["schema", "check"], { cwd: path.join(cwd, "my-app") })

    expect(made.exitCode).toBe(0)
    expect(made.stdout).toContain("cd my-app\n  alyx dev")
    expect(await readdir(path.join(cwd, "my-app"))).toEqual(expect.arrayContaining(projectFiles))
    expect(checked).toMatchObject({ exitCode: 0, stderr: "" })
    // The function that it begins with fits the schema, as an editor sees it before the first `alyx dev`.
    const typed = await execa("tsc", ["--noEmit", "-p", "my-app/functions"], {
      cwd,
      preferLocal: true,
      localDir: packageRoot(),
      reject: false,
    })
    expect(typed).toMatchObject({ exitCode: 0, stdout: "" })
  })

  test("says with --json what it wrote, and nothing else", async () => {
    const cwd = await tempFolder()

    const { exitCode, stdout, stderr } = await runAlyx(["init", "--yes", "--json"], { cwd })

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" })
    expect(JSON.parse(stdout)).toMatchObject({ name: "my-app", template: "basic", folder: path.join(cwd, "my-app") })
  })

  test("names the flags when there is nobody to ask", async () => {
    const { exitCode, stderr } = await runAlyx(["init"], { cwd: await tempFolder() })

    expect(exitCode).toBe(2)
    expect(stderr).toContain("alyx init my-app --template basic|blog|saas")
  })

  test("names the flag for a template that nobody said", async () => {
    const cwd = await tempFolder()

    const { exitCode, stderr } = await runAlyx(["init", "shop"], { cwd })

    expect(exitCode).toBe(2)
    expect(stderr).toContain("alyx init shop --template basic|blog|saas. Or take the defaults: alyx init shop --yes")
    expect(await readdir(cwd)).not.toContain("shop")
  })

  test("an empty name is none, not this folder", async () => {
    const cwd = await tempFolder()

    const { exitCode, stderr } = await runAlyx(["init", "", "--template", "basic"], { cwd })

    expect(exitCode).toBe(2)
    expect(stderr).toContain("USAGE")
    expect(await readdir(cwd)).not.toContain("schema.yaml")
  })

  test("asks nothing at a terminal when the name cannot be, or is a project already", async () => {
    const cwd = await tempFolder()
    await writeFile(path.join(cwd, "schema.yaml"), "collections: {}\n")
    const open = async (name: string) =>
      openTerminal({ command: process.execPath, args: [await builtCli(), "init", name], cwd })

    const bad = await open("bad name!")
    const taken = await open(".")

    expect(await bad.ended).toBe(2)
    expect(bad.text()).toContain("cannot be the name of a project")
    expect(await taken.ended).toBe(1)
    expect(taken.text()).toContain("is a project already")
    expect(bad.text() + taken.text()).not.toContain("What does it start from?")
  })

  test("leaves a file that is there as it is", async () => {
    const cwd = await tempFolder()
    await writeFile(path.join(cwd, "README.md"), "mine")

    const { exitCode, stderr } = await runAlyx(["init", ".", "--template", "basic"], { cwd })

    expect(exitCode).toBe(0)
    expect(stderr).toContain("README.md was there and stays")
    expect(await readFile(path.join(cwd, "README.md"), "utf8")).toBe("mine")
  })

  test("refuses a folder that is a project already, and writes nothing", async () => {
    const cwd = await tempFolder()
    await mkdir(path.join(cwd, "app"))
    await writeFile(path.join(cwd, "app", "schema.yaml"), "collections: {}\n")

    const { exitCode, stderr } = await runAlyx(["init", "app", "--yes"], { cwd })

    expect(exitCode).toBe(1)
    expect(stderr).toContain("is a project already")
    expect(await readdir(path.join(cwd, "app"))).toEqual(["schema.yaml"])
  })

  test("asks for name and template at a terminal", async () => {
    const cwd = await tempFolder()
    const screen = openTerminal({ command: process.execPath, args: [await builtCli(), "init"], cwd })

    await screen.shows("What is it called?")
    screen.type("bad name\r")
    await screen.shows("cannot be the name of a project")
    screen.type("\u007F".repeat(8) + "shop\r")
    await screen.shows("What does it start from?")
    screen.type("\u001B[B\r")
    await screen.shows("alyx dev")

    expect(await screen.ended).toBe(0)
    expect(await readFile(path.join(cwd, "shop", "schema.yaml"), "utf8")).toContain("posts")
  })

  test("writes nothing when the person gives up", async () => {
    const cwd = await tempFolder()
    const screen = openTerminal({ command: process.execPath, args: [await builtCli(), "init"], cwd })

    await screen.shows("What is it called?")
    screen.type("\u0003")
    await screen.shows("Nothing was written.")

    expect(await screen.ended).toBe(130)
    expect(await readdir(cwd)).toEqual([])
  })
})
