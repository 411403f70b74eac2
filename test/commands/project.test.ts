import { mkdir, writeFile } from "node:fs/promises"
import path from "node:path"

import { describe, expect, test } from "vitest"

import { runAlyx } from "../helpers/run-alyx.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

async function project(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await tempFolder()
  for (const [name, text] of Object.entries(files)) await writeFile(path.join(folder, name), text)
  return folder
}

const broken =
  "collections:\n  posts:\n    fields:\n      title: { type: strng }\n      author: { type: uuid, references: nobody.id }\n"

describe("alyx schema check", () => {
  test("shows every problem as a compiler would", async () => {
    const cwd = await project({ "schema.yaml": broken })

    const { exitCode, stdout, stderr } = await runAlyx(["schema", "check"], { cwd })

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" })
    expect(stderr).toContain("schema.yaml has 2 problems. (SCHEMA_INVALID)")
    expect(stderr).toContain(
      ["schema.yaml:4:22", "  4 |       title: { type: strng }", "    |                      ^^^^^"]
        .join("\n")
        .split("\n")[1],
    )
    expect(stderr).toMatch(/\^\^\^\^\^\n {2}Did you mean "string"\?/)
    expect(stderr).toContain("schema.yaml:5:")
  })

  test("returns the problems as data with --json", async () => {
    const cwd = await project({ "other.yaml": broken, "schema.yaml": "collections: {}\n" })

    const { exitCode, stdout, stderr } = await runAlyx(["schema", "check", "other.yaml", "--json"], { cwd })

    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" })
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      file: "other.yaml",
      problems: [{ at: { file: "other.yaml", line: 4, column: 22 } }, { at: { line: 5 } }],
    })
  })

  test("needs no project for a file that is named", async () => {
    const cwd = await tempFolder()
    await mkdir(path.join(cwd, "x"))

    expect((await runAlyx(["schema", "check", "none.yaml"], { cwd })).stderr).toContain("There is no file none.yaml.")
    expect((await runAlyx(["schema", "check", "x"], { cwd })).stderr).toContain("is a folder, and should be a file")
  })
})

describe("alyx config show", () => {
  const secret = "s3cret-s3cret-s3cret-s3cret-s3cret"

  test("says which source won, and never shows a secret", async () => {
    const cwd = await project({
      "alyx.yaml": "server:\n  port: 9001\n  host: 127.0.0.2\n",
      ".env": `ALYX_SERVER_HOST=127.0.0.3\nALYX_SECRET_KEY=${secret}\n`,
    })

    const shown = await runAlyx(["config", "show", "--origin"], { cwd, env: { ALYX_SERVER_PORT: "9002" } })
    const data = await runAlyx(["config", "show", "--json"], { cwd, env: { ALYX_SERVER_PORT: "9002" } })

    expect(shown.exitCode).toBe(0)
    expect(shown.stdout).toMatch(/^server\.port +9002 +ALYX_SERVER_PORT$/m)
    expect(shown.stdout).toMatch(/^server\.host +127\.0\.0\.3 +ALYX_SERVER_HOST in \.env:1$/m)
    expect(shown.stdout).toMatch(/^secret_key +\*{8} +ALYX_SECRET_KEY in \.env:2$/m)
    expect(JSON.parse(data.stdout)).toMatchObject({
      options: {
        "server.port": { value: 9002, text: "9002" },
        "server.request_timeout": { value: 30_000, text: "30s", unit: "ms" },
        "server.body_limit": { unit: "bytes" },
        "server.compression": { value: true },
        secret_key: { value: "********" },
      },
    })
    expect(JSON.stringify([shown, data])).not.toContain(secret)
  })

  test("shows what is wrong with the file instead", async () => {
    const cwd = await project({ "alyx.yaml": "server:\n  prot: 9001\n" })

    const { exitCode, stdout, stderr } = await runAlyx(["config", "show"], { cwd })

    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" })
    expect(stderr).toContain("alyx.yaml:2:3")
    expect(stderr).toContain("port")
  })
})

describe("alyx completion", () => {
  test.each(["bash", "zsh", "fish", "powershell"])("writes a script for %s that names every command", async (shell) => {
    const { exitCode, stdout } = await runAlyx(["completion", shell], { cwd: await tempFolder() })

    expect(exitCode).toBe(0)
    for (const word of ["init", "dev", "schema check", "origin", "detach", "pretty"]) expect(stdout).toContain(word)
  })
})
