import { mkdir, readFile, stat, writeFile } from "node:fs/promises"
import path from "node:path"

import { describe, expect, test } from "vitest"
import { parse } from "yaml"

import { runAlyx } from "../helpers/run-alyx.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

async function project(schema = "collections: { notes: { fields: { text: { type: text } } } }\n"): Promise<string> {
  const folder = await tempFolder()
  await writeFile(path.join(folder, "schema.yaml"), schema)
  return folder
}

describe("alyx generate openapi", { timeout: 60_000 }, () => {
  test("prints the document without a daemon, as JSON or YAML", async () => {
    const cwd = await project()

    const json = await runAlyx(["generate", "openapi", "--server", "https://api.example.com"], { cwd })
    const yaml = await runAlyx(["generate", "openapi", "--format", "yaml"], { cwd })

    expect(json).toMatchObject({ exitCode: 0, stderr: "" })
    expect(JSON.parse(json.stdout)).toMatchObject({ openapi: "3.1.0", servers: [{ url: "https://api.example.com" }] })
    expect(parse(yaml.stdout)).toEqual({ ...(JSON.parse(json.stdout) as object), servers: [{ url: "/" }] })
  })

  test("writes a file only when it changes, in the form that its name says", async () => {
    const cwd = await project()
    const file = path.join(cwd, "made", "api.yaml")
    const run = () => runAlyx(["generate", "openapi", "-o", "made/api.yaml"], { cwd })

    const first = await run()
    const { mtimeMs, ino } = await stat(file)
    const second = await run()
    const again = await stat(file)
    await writeFile(path.join(cwd, "alyx.yaml"), "api:\n  page_size_max: 77\n")
    const third = await run()

    expect(first).toMatchObject({ exitCode: 0, stdout: "" })
    expect(first.stderr).toContain("Written: made/api.yaml")
    expect(second.stderr).toContain("made/api.yaml is up to date")
    expect([again.mtimeMs, again.ino]).toEqual([mtimeMs, ino])
    expect(third.stderr).toContain("Written")
    expect(await readFile(file, "utf8")).toContain("maximum: 77")
  })

  test("functions are part of it; one that does not build is left out, with a word", async () => {
    const cwd = await project()
    await mkdir(path.join(cwd, "functions"))
    const hello = `import { defineFunction } from "@alyx/functions"
export default defineFunction({ input: { name: { type: "string" } }, handler: (input) => input.name })\n`
    await writeFile(path.join(cwd, "functions/hello.ts"), hello)
    await writeFile(path.join(cwd, "functions/broken.ts"), "export default (\n")

    const { exitCode, stdout, stderr } = await runAlyx(["generate", "openapi"], { cwd })

    expect(exitCode).toBe(0)
    expect(stderr).toContain("The function broken is left out")
    const { paths } = JSON.parse(stdout) as { paths: Record<string, { post: { requestBody: object } }> }
    expect(paths).not.toHaveProperty("/api/functions/broken")
    expect(paths["/api/functions/hello"]!.post.requestBody).toMatchObject({
      content: { "application/json": { schema: { properties: { name: { type: "string" } } } } },
    })
  })

  test("refuses a broken schema, a bad address and a place that cannot be written", async () => {
    const cwd = await project()
    const broken = await project("collections: { notes: { fields: { text: { type: txet } } } }\n")

    const schema = await runAlyx(["generate", "openapi"], { cwd: broken })
    const server = await runAlyx(["generate", "openapi", "--server", "ftp://x"], { cwd })
    const place = await runAlyx(["generate", "openapi", "-o", "schema.yaml/api.json"], { cwd })

    expect(schema).toMatchObject({ exitCode: 1, stdout: "" })
    expect(schema.stderr).toContain("SCHEMA_INVALID")
    expect(server.exitCode).toBe(2)
    expect(place).toMatchObject({ exitCode: 1, stdout: "" })
    expect(place.stderr).toContain("FILE_UNWRITABLE")
  })
})
