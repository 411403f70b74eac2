import { mkdir, readFile, readdir, writeFile } from "node:fs/promises"
import path from "node:path"

import { describe, expect, test } from "vitest"

import { runAlyx } from "../helpers/run-alyx.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

async function project(): Promise<string> {
  const folder = await tempFolder()
  await writeFile(path.join(folder, "schema.yaml"), "collections: { notes: { fields: { text: { type: text } } } }\n")
  return folder
}

describe("alyx generate function", { timeout: 60_000 }, () => {
  test("writes a function, its types and what leads an editor to them, and says what comes next", async () => {
    const cwd = await project()

    const made = await runAlyx(["generate", "function", "create-post"], { cwd })
    const folder = await runAlyx(["generate", "function", "hook", "--style", "handler", "--folder", "--js", "--json"], {
      cwd,
    })

    expect(made).toMatchObject({ exitCode: 0, stdout: "" })
    expect(made.stderr).toContain("Written: functions/create-post.ts")
    expect(made.stderr).toContain("Written: functions/tsconfig.json")
    expect(made.stderr).toContain("functions invoke create-post")
    expect(await readFile(path.join(cwd, "functions/create-post.ts"), "utf8")).toContain("defineFunction({")
    expect(JSON.parse(folder.stdout)).toMatchObject({ name: "hook", style: "handler" })
    expect((await readdir(path.join(cwd, "functions/hook"))).toSorted()).toEqual(["index.js", "manifest.yaml"])
    expect(await readFile(path.join(cwd, "functions/hook/manifest.yaml"), "utf8")).toContain(
      "$schema=../../.alyx/function.schema.json\nname: hook\n",
    )
    expect(await readFile(path.join(cwd, ".alyx/types/collections.d.ts"), "utf8")).toContain("interface NotesCreate")
  })

  test("what it wrote builds, whatever the style", async () => {
    const cwd = await project()
    for (const style of ["define", "handler", "fetch", "plugin"])
      await runAlyx(["generate", "function", style, "--style", style, "--folder"], { cwd })

    const { stdout, exitCode } = await runAlyx(["functions", "build", "--json"], { cwd })

    expect(exitCode).toBe(0)
    const { functions } = JSON.parse(stdout) as { functions: { name: string; outcome: string }[] }
    expect(functions.map(({ name, outcome }) => [name, outcome])).toEqual([
      ["define", "built"],
      ["fetch", "built"],
      ["handler", "built"],
      ["plugin", "built"],
    ])
  })

  test("never writes over what is there, and refuses names that are none", async () => {
    const cwd = await project()
    await mkdir(path.join(cwd, "functions", "taken"), { recursive: true })
    await writeFile(path.join(cwd, "functions", "other.ts"), "export default () => 1\n")
    await writeFile(path.join(cwd, "functions", "other.yaml"), "name: named\n")
    const run = (name: string) => runAlyx(["generate", "function", name], { cwd })

    const [taken, other, named, bad] = [await run("taken"), await run("other"), await run("named"), await run("../up")]

    for (const refused of [taken, other, named]) {
      expect(refused.exitCode).not.toBe(0)
      expect(refused.stderr).toContain("Nothing was written")
    }
    expect(bad).toMatchObject({ exitCode: 2 })
    expect(bad.stderr).toContain('"../up" cannot be the name of a function')
    expect((await readdir(path.join(cwd, "functions"))).toSorted()).toEqual(["other.ts", "other.yaml", "taken"])
  })
})

describe("alyx functions types", { timeout: 60_000 }, () => {
  test("writes them without a daemon, and only what changes", async () => {
    const cwd = await project()

    const first = await runAlyx(["functions", "types"], { cwd })
    const second = await runAlyx(["functions", "types"], { cwd })
    await writeFile(path.join(cwd, "schema.yaml"), "collections: { notes: { fields: { body: { type: text } } } }\n")
    const third = await runAlyx(["functions", "types", "--json"], { cwd })
    await writeFile(path.join(cwd, "schema.yaml"), "collections: { notes: { fields: { body: { type: txet } } } }\n")
    const broken = await runAlyx(["functions", "types"], { cwd })

    expect(first.stderr).toContain("Written: .alyx/types/collections.d.ts")
    expect(first.stderr).toContain("Written: functions/tsconfig.json")
    expect(second.stderr).toContain(".alyx/types is up to date.")
    expect(JSON.parse(third.stdout)).toMatchObject({ written: ["collections.d.ts"], tsconfig: false })
    expect(broken.exitCode).toBe(1)
    expect(broken.stderr).toContain("txet")
  })
})
