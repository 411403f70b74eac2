import { execFileSync } from "node:child_process"
import { open, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, onTestFinished, test } from "vitest"

import { Bundler } from "../../../src/functions/compile/bundle-function.ts"
import { functionProject } from "../../helpers/function-project.ts"

test.skipIf(process.platform === "win32")(
  "a file that is saved while its function is bundled is bundled again, and not taken for what was read before",
  async () => {
    const { root } = await functionProject({ "functions/f.ts": 'import "./slow.ts"\nexport default () => "old"\n' })
    const entryFile = path.join(root, "functions/f.ts")
    const slow = path.join(root, "functions/slow.ts")
    execFileSync("mkfifo", [slow])
    const bundler = new Bundler()
    onTestFinished(() => bundler.stop())
    const request = { root, name: "f", entryFile, envNames: [] }

    const first = bundler.bundle(request)
    // A pipe opens when esbuild reads it: it has read the function by then, and waits.
    const pipe = await open(slow, "w")
    await writeFile(entryFile, 'export default () => "new"\n')
    const overtaken = new AbortController()
    const between = bundler.bundle(request, overtaken.signal)
    const second = bundler.bundle(request)
    overtaken.abort(new Error("nobody waits for it"))
    await pipe.close()

    expect((await first).code).toContain('"old"')
    await expect(between).rejects.toThrow("nobody waits for it")
    expect((await second).code).toContain('"new"')
  },
)
