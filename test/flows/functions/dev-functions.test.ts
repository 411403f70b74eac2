import { execFile } from "node:child_process"
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import path from "node:path"
import { promisify } from "node:util"

import { describe, expect, test } from "vitest"

import type { BuildEntry, LogEntry, ReloadEntry } from "../../../src/protocol/admin-api.ts"
import { compileAssemblyScript } from "../../helpers/assemblyscript-plugin.ts"
import { builtCli } from "../../helpers/built-cli.ts"
import { followActivity } from "../../helpers/follow-activity.ts"
import { startDaemon, writeProject } from "../../helpers/running-daemon.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

const schema = "collections:\n  notes:\n    fields:\n      text: { type: string }\n"

/** A function that says a word. */
function saying(word: string): string {
  return `import { defineFunction } from "@alyx/functions"\nexport default defineFunction({ handler: () => ${JSON.stringify(word)} })\n`
}

describe("functions in dev", () => {
  test("a save is answered by the new code, a broken one by the old code, and what is gone is 404", async () => {
    const { file, built, call } = await devProject({ "functions/hello.ts": saying("one") })
    expect(await built("hello")).toMatchObject({ outcome: "built" })
    expect(await call("hello")).toMatchObject({ status: 200, body: { output: "one" } })

    // By rename, as many editors do.
    await writeFile(file("functions/hello.ts.new"), saying("two"))
    await rename(file("functions/hello.ts.new"), file("functions/hello.ts"))
    expect(await built("hello")).toMatchObject({ outcome: "built" })
    expect((await call("hello")).body.output).toBe("two")

    await writeFile(file("functions/hello.ts"), "export default defineFunction({ handler: () => (\n")
    const failed = await built("hello")
    expect(failed).toMatchObject({ outcome: "failed", error: { code: "BUILD_FAILED" } })
    expect(failed.error!.problems![0]!.at).toMatchObject({ file: "functions/hello.ts", line: 2 })
    expect((await call("hello")).body.output).toBe("two")

    await rename(file("functions/hello.ts"), file("functions/renamed.ts"))
    await writeFile(file("functions/renamed.ts"), saying("three"))
    expect(await built("hello")).toMatchObject({ outcome: "removed" })
    expect((await call("hello")).status).toBe(404)
    expect(await built("renamed")).toMatchObject({ outcome: "built" })
    expect((await call("renamed")).body.output).toBe("three")

    await rm(file("functions"), { recursive: true })
    expect(await built("renamed")).toMatchObject({ outcome: "removed" })
  })

  test("the folder may come later; shared code, packages, manifests and .env build what they concern", async () => {
    const { file, write, built, call } = await devProject({ ".env": "GREETING=hi\n" })

    await write("functions/_shared/word.ts", 'export const word = "shared"\n')
    await write(
      "functions/user.ts",
      'import { defineFunction } from "@alyx/functions"\nimport { word } from "./_shared/word.ts"\nexport default defineFunction({ handler: (_, ctx) => `${word} ${ctx.env.GREETING ?? "none"}` })\n',
    )
    expect(await built("user")).toMatchObject({ outcome: "built" })
    expect((await call("user")).body.output).toBe("shared none")

    await write("functions/_shared/word.ts", 'export const word = "changed"\n')
    expect(await built("user")).toMatchObject({ outcome: "built" })
    expect((await call("user")).body.output).toBe("changed none")

    await write("functions/user.yaml", "env: { GREETING: '${GREETING}' }\n")
    expect(await built("user")).toMatchObject({ outcome: "built" })
    expect((await call("user")).body.output).toBe("changed hi")

    await write(".env", "GREETING=hello\n")
    expect(await built("user")).toMatchObject({ outcome: "built" })
    expect((await call("user")).body.output).toBe("changed hello")

    await write(
      "functions/user.ts",
      (await readFile(file("functions/user.ts"), "utf8")).replace("./_shared/word.ts", "tiny"),
    )
    expect(await built("user")).toMatchObject({ outcome: "failed" })
    await write("node_modules/tiny/package.json", '{ "name": "tiny", "version": "1.0.0", "main": "index.js" }\n')
    await write("node_modules/tiny/index.js", 'exports.word = "packaged"\n')
    await write("node_modules/.package-lock.json", "{}\n")
    expect(await built("user")).toMatchObject({ outcome: "built" })
    expect((await call("user")).body.output).toBe("packaged hello")
  })

  test("a plug-in of another tool is read when it is whole, also by rename, and its damage is shown after a while", async () => {
    const [one, two] = await twoVersions()
    const { file, built, call } = await devProject({ "functions/keep.txt": "" })

    await writeFile(file("functions/given.wasm"), one.subarray(0, one.length - 20))
    await writeFile(file("functions/given.wasm"), one)
    expect(await lastOf(built, "given")).toMatchObject({ outcome: "built" })
    expect((await call("given")).body.output).toBe("the-first-word")

    await writeFile(file("functions/given.wasm.part"), two)
    await rename(file("functions/given.wasm.part"), file("functions/given.wasm"))
    expect(await built("given")).toMatchObject({ outcome: "built" })
    expect((await call("given")).body.output).toBe("the-other-word")

    await writeFile(file("functions/given.wasm"), one.subarray(0, 60))
    expect(await built("given")).toMatchObject({ outcome: "failed", error: { code: "PLUGIN_INVALID" } })
    expect((await call("given")).body.output).toBe("the-other-word")
  })

  test("the types of editors follow the schema", async () => {
    const { file, write, built } = await devProject({ "functions/hello.ts": saying("one") })
    await built("hello")
    const types = (): Promise<string> => readFile(file(".alyx/types/collections.d.ts"), "utf8")
    expect(await types()).toContain("text")

    await write("schema.yaml", `${schema}      stars: { type: int, default: 3 }\n`)
    while (!(await types()).includes("stars")) await new Promise((resolve) => setTimeout(resolve, 10))
  })

  test("the types of editors are those of the served schema again when a change that waited is undone", async () => {
    const { daemon, file, write, built, reloaded } = await devProject({
      "functions/hello.ts": saying("one"),
      "alyx.yaml": "server: { insecure_open: true }\n",
    })
    await built("hello")
    const types = (): Promise<string> => readFile(file(".alyx/types/collections.d.ts"), "utf8")
    expect((await daemon.send("POST", "/api/collections/notes", { text: "kept" })).status).toBe(201)

    await write("schema.yaml", schema.replace("text:", "body:"))
    expect(await reloaded()).toMatchObject({ outcome: "refused" })
    await promisify(execFile)(process.execPath, [await builtCli(), "functions", "types"], { cwd: daemon.folder })
    expect(await types()).toContain("body")

    await write("schema.yaml", schema)
    expect(await reloaded()).toMatchObject({ outcome: "unchanged" })
    while (!(await types()).includes("text")) await new Promise((resolve) => setTimeout(resolve, 10))
    expect(await types()).not.toContain("body")
  })
})

/** Two versions of a plug-in that AssemblyScript made. */
async function twoVersions(): Promise<readonly [Buffer, Buffer]> {
  const one = Buffer.from(await compileAssemblyScript("word"))
  const two = Buffer.from(one)
  const at = two.indexOf(Buffer.from("the-first-word", "utf16le"))
  two.write("the-other-word", at, "utf16le")
  return [one, two]
}

async function lastOf(built: (name: string) => Promise<BuildEntry>, name: string): Promise<BuildEntry> {
  const first = await built(name)
  return first.outcome === "failed" ? built(name) : first
}

/** `alyx dev` over a project with these files besides its schema. */
async function devProject(files: Readonly<Record<string, string>>) {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema, ...files })
  const daemon = await startDaemon({ folder, command: ["dev", "--foreground", "--port", "0"] })
  const activity = await followActivity(folder)
  const file = (name: string): string => path.join(folder, name)
  return {
    daemon,
    file,
    write: async (name: string, text: string): Promise<void> => {
      await mkdir(path.dirname(file(name)), { recursive: true })
      await writeFile(file(name), text)
    },
    reloaded: (): Promise<ReloadEntry> =>
      activity.next((entry: LogEntry): entry is ReloadEntry => entry.kind === "reload" && entry.cause === "schema"),
    built: (name: string): Promise<BuildEntry> =>
      activity.next((entry: LogEntry): entry is BuildEntry => entry.kind === "build" && entry.name === name),
    call: (name: string) => daemon.send("GET", `/api/functions/${name}`),
  }
}
