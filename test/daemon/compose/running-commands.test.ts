import { execFileSync } from "node:child_process"
import { open, writeFile } from "node:fs/promises"
import path from "node:path"

import { describe, expect, onTestFinished, test } from "vitest"

import { followFunctions } from "../../../src/daemon/dev/follow-functions.ts"
import { projectPaths } from "../../../src/project/paths.ts"
import { foreignPlugin } from "../../helpers/assemblyscript-plugin.ts"
import { functionProject } from "../../helpers/function-project.ts"
import { openLoading, silent } from "./loading-fixture.ts"

/** A function whose command waits until the pipe `gate` was opened and closed. */
const slow = async (): Promise<Record<string, string | Uint8Array>> => ({
  "functions/slow/manifest.yaml":
    'build: { command: sh, args: ["-c", "cp plug.bin out.wasm; cat gate; cp plug.bin out.wasm"], output: out.wasm, watch: ["*.go"] }\n',
  "functions/slow/main.go": "package main",
  "functions/slow/plug.bin": (await foreignPlugin("abilities")).wasm,
})

describe.skipIf(process.platform === "win32")("while a command builds a function", () => {
  test("what another one was built of outside of the folder is followed already", async () => {
    const { root } = await functionProject({
      ...(await slow()),
      "lib/word.ts": 'export const word = "one"\n',
      "functions/a.ts": 'import { word } from "../lib/word.ts"\nexport default (req, res) => res.text(word)\n',
    })
    const gate = gateOf(root)
    const { loading, newlyTold, toldMore } = openLoading(root)
    const following = await followFunctions({ loader: loading, paths: projectPaths(root), logger: silent })
    onTestFinished(() => following.stop())
    const pipe = await open(gate, "w")
    await toldMore()
    expect(newlyTold()).toEqual(["a built"])

    await writeFile(path.join(root, "lib/word.ts"), 'export const word = "two"\n')
    await toldMore()

    expect(newlyTold()).toEqual(["a built"])
    await pipe.close()
    await toldMore()
    expect(newlyTold()).toEqual(["slow built"])
  })

  test("what it has written so far is not read, and does not end it", async () => {
    const { root } = await functionProject(await slow())
    const gate = gateOf(root)
    const { loading, newlyTold } = openLoading(root)

    const built = loading.reload()
    const pipe = await open(gate, "w")
    const read = loading.readPlugins(["slow"])
    await pipe.close()

    expect((await built).map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(["slow built"])
    expect((await read).map(({ name, outcome }) => `${name} ${outcome}`)).toEqual(["slow unchanged"])
    expect(newlyTold()).toEqual(["slow built"])
  })
})

function gateOf(root: string): string {
  const gate = path.join(root, "functions/slow/gate")
  execFileSync("mkfifo", [gate])
  return gate
}
