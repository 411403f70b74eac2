import { chmod, cp, mkdir, readFile, symlink, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { packageRoot } from "../../../src/lib/package-root.ts"
import type { BuildEntry, LogEntry } from "../../../src/protocol/admin-api.ts"
import { builtCli } from "../../helpers/built-cli.ts"
import { followActivity } from "../../helpers/follow-activity.ts"
import { startDaemon } from "../../helpers/running-daemon.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

test("examples/functions/hello-wasm is built by its command, called, edited, and answers anew", async () => {
  const folder = await tempFolder()
  await cp(path.join(packageRoot(), "examples"), folder, { recursive: true, filter: isSource })
  const hello = path.join(folder, "functions/hello-wasm")
  await mkdir(path.join(hello, "node_modules"))
  await symlink(path.join(packageRoot(), "node_modules/date-fns"), path.join(hello, "node_modules/date-fns"))
  const programs = await withAlyxInstalled()
  const daemon = await startDaemon({
    folder,
    command: ["dev", "--foreground", "--port", "0"],
    env: { PATH: `${programs}${path.delimiter}${process.env["PATH"]}` },
  })
  const activity = await followActivity(folder)
  const built = (): Promise<BuildEntry> =>
    activity.next((entry: LogEntry): entry is BuildEntry => entry.kind === "build")

  expect(await built()).toMatchObject({ name: "hello-wasm", outcome: "built" })
  const first = await daemon.send("POST", "/api/functions/hello-wasm", { name: "Ada" })
  expect(first).toMatchObject({ status: 200, body: { output: { text: "Hello, Ada, from WASM!" } } })
  expect(first.body.output.next).toMatch(/^\d{4}-\d\d-\d\d$/)

  const greet = path.join(hello, "src/greet.js")
  await writeFile(greet, (await readFile(greet, "utf8")).replace("Hello", "Good day"))
  expect(await built()).toMatchObject({ name: "hello-wasm", outcome: "built" })
  const second = await daemon.send("GET", "/api/functions/hello-wasm")
  expect(second.body.output.text).toBe("Good day, World, from WASM!")

  const kept = await daemon.send("GET", "/api/collections/greetings?sort=created_at")
  expect(kept.body.docs).toMatchObject([
    { id: first.body.output.id, text: "Hello, Ada, from WASM!" },
    { id: second.body.output.id, text: "Good day, World, from WASM!" },
  ])
})

function isSource(file: string): boolean {
  return ![".alyx", "data", "node_modules", "plugin.wasm"].includes(path.basename(file))
}

/** A folder with a command `alyx`, as an installation puts one on the PATH. */
async function withAlyxInstalled(): Promise<string> {
  const folder = await tempFolder()
  const file = path.join(folder, "alyx")
  await writeFile(file, `#!/bin/sh\nexec "${process.execPath}" "${await builtCli()}" "$@"\n`)
  await chmod(file, 0o755)
  return folder
}
