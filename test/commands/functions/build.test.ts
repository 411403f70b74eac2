import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import path from "node:path"

import { execa } from "execa"
import { expect, test } from "vitest"

import { readPlugin } from "../../../src/functions/read-plugin.ts"
import { builtCli } from "../../helpers/built-cli.ts"
import { functionProject } from "../../helpers/function-project.ts"
import { runAlyx } from "../../helpers/run-alyx.ts"

test("alyx functions build compiles what changed, and shows what is wrong with its lines", async () => {
  const { root } = await functionProject({
    "functions/good.ts": "export default () => 1",
    "functions/good.yaml": "hooks: [{type: database, source: nope}, {type: database, source: posts}]\n",
    "schema.yaml": "collections: {posts: {fields: {title: {type: string}}}}\n",
    "functions/bad.ts": "const a = 1\nexport default () => ;\n",
    "functions/bad.yaml": "timeout: 5s\n",
    "functions/worse.ts": "",
    "functions/worse.yaml": "timout: 5s\n",
  })

  const first = await runAlyx(["functions", "build"], { cwd: root })
  const second = await runAlyx(["functions", "build", "good"], { cwd: root })
  const unknown = await runAlyx(["functions", "build", "goood"], { cwd: root })
  const json = await runAlyx(["functions", "build", "bad", "--json"], { cwd: root })

  expect(first.exitCode).toBe(1)
  expect(first.stdout).toMatch(/^good {2}built {2}[\d.]+ MB {2}\d+ ms$/)
  expect(first.stderr).toContain(
    'functions/bad.ts:2:22 Unexpected ";".\n  1 | const a = 1\n  2 | export default () => ;\n    |                      ^',
  )
  expect(first.stderr.split('Unexpected ";".')).toHaveLength(2)
  expect(json.stdout + json.stderr).toContain(String.raw`bad (functions/bad.ts) does not build: Unexpected \";\".`)
  expect(first.stderr).toContain('functions/worse.yaml:1:1 There is no key "timout".')
  expect(first.stderr).toContain("functions/good.yaml: A hook names nope, which is no collection.")
  expect(first.stderr).not.toContain("A hook names posts")
  expect([second.exitCode, second.stdout]).toEqual([0, expect.stringMatching(/^good {2}unchanged {2}/)])
  expect(unknown.exitCode).toBe(1)
  expect(unknown.stderr).toContain('Did you mean "good"?')
  expect(json.exitCode).toBe(1)
  expect(JSON.parse(json.stdout)).toMatchObject({
    functions: [{ name: "bad", outcome: "failed", error: { code: "BUILD_FAILED", problems: [{ at: { line: 2 } }] } }],
  })
})

/** `(module (import "env" "frobnicate" (func)))`. */
const alienModule = Buffer.concat([
  Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 1, 4, 1, 0x60, 0, 0, 2, 18, 1, 3]),
  Buffer.from("env\nfrobnicate"),
  Buffer.from([0, 0]),
])

test("alyx functions build refuses plug-ins that a daemon would not serve", async () => {
  const { root } = await functionProject({
    "functions/alien.wasm": alienModule,
    "functions/blank.wasm": alienModule.subarray(0, 8),
    "functions/missing.ts": "export function run() { Host.outputString('x') }",
    "functions/missing.yaml": "entry: foo\n",
    "functions/good.ts": "export function run() { Host.outputString('x') }",
  })

  const built = await runAlyx(["functions", "build", "--json"], { cwd: root })

  expect(built.exitCode).toBe(1)
  expect(JSON.parse(built.stdout)).toMatchObject({
    functions: [
      {
        name: "alien",
        error: { code: "UNKNOWN_IMPORT", message: expect.stringContaining("env.frobnicate") as unknown },
      },
      { name: "blank", error: { code: "ENTRY_NOT_FOUND" } },
      { name: "good", outcome: "built", error: null },
      {
        name: "missing",
        error: { code: "ENTRY_NOT_FOUND", message: "The plug-in of missing does not export foo. It exports run." },
      },
    ],
  })
})

test("alyx functions build --entry compiles one file without a project", async () => {
  const { root } = await functionProject({
    "elsewhere/src/index.ts": "export function run() { Host.outputString('x') }",
  })
  const cwd = path.join(root, "elsewhere")

  const built = await runAlyx(["functions", "build", "--entry", "src/index.ts", "--output", "out/plugin.wasm"], { cwd })
  const missing = await runAlyx(["functions", "build", "--entry", "src/none.ts", "--output", "x.wasm"], { cwd })

  expect([built.exitCode, built.stderr]).toEqual([0, expect.stringContaining("Written: out/plugin.wasm (")])
  const wasm = new Uint8Array(await readFile(path.join(cwd, "out/plugin.wasm")))
  expect(readPlugin(wasm, "plugin.wasm").description).toMatchObject({ style: "plugin", exports: ["run"] })
  expect([missing.exitCode, missing.stderr]).toEqual([2, expect.stringContaining("There is no file src/none.ts.")])
})

test("an interrupted alyx functions build builds nothing more", async () => {
  const begin = `require("fs").writeFileSync("begun", ""); console.log("begun"); setTimeout(() => {}, 60_000)`
  const build = { command: "node", args: ["-e", begin], output: "plugin.wasm" }
  const { root } = await functionProject({
    "functions/first/manifest.yaml": JSON.stringify({ build }),
    "functions/second/manifest.yaml": JSON.stringify({ build }),
  })

  const command = execa(process.execPath, [await builtCli(), "functions", "build"], { cwd: root, reject: false })
  await new Promise<void>((resolve) => {
    command.stderr.on("data", (text: Buffer) => String(text).includes("first | begun") && resolve())
  })
  command.kill("SIGINT")

  expect((await command).exitCode).toBe(130)
  expect(existsSync(path.join(root, "functions/first/begun"))).toBe(true)
  expect(existsSync(path.join(root, "functions/second/begun"))).toBe(false)
})
