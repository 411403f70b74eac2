import { readdir } from "node:fs/promises"
import path from "node:path"
import { Readable } from "node:stream"
import { pathToFileURL } from "node:url"

import { expect, onTestFinished, test, vi } from "vitest"

import type { BuildJob } from "../../../src/daemon/data/data-job.ts"
import { DataProcesses } from "../../../src/daemon/data/data-processes.ts"
import { limitBuild } from "../../../src/daemon/data/limit-build.ts"
import { builtCli } from "../../helpers/built-cli.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { startDataDaemon } from "./data-daemon.ts"

const endless = "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n FROM c WHERE n < 0"
const script = `CREATE TABLE t (a);\nINSERT INTO t ${endless};\n`

async function build(format: BuildJob["format"], input: Readable): Promise<Parameters<typeof limitBuild>[0]> {
  const folder = path.join(path.dirname(await builtCli()), "../dist/daemon")
  const processes = new DataProcesses({ processUrl: pathToFileURL(path.join(folder, "data-process.js")) })
  onTestFinished(() => processes.stop())
  const target = path.join(await tempFolder(), "new.db")
  const job = { kind: "build", target, format, name: `in.${format}`, at: new Date().toISOString() } as const
  return { start: () => processes.start(job, { input }), input, signal: new AbortController().signal }
}

test("a build of which no more comes is ended, as is one that never ends by itself", async () => {
  const stalled = await build("ndjson", new Readable({ read: () => undefined }))
  const endlessScript = await build("sql", Readable.from([Buffer.from(script)]))

  await expect(
    limitBuild({ ...stalled, limits: { stalledBodyMsMax: 200, silentMsMax: 60_000 } }),
  ).rejects.toMatchObject({ code: "BAD_REQUEST", message: expect.stringContaining("Nothing of the file came") })
  await expect(
    limitBuild({ ...endlessScript, limits: { stalledBodyMsMax: 60_000, silentMsMax: 1_000 } }),
  ).rejects.toMatchObject({ code: "RESTORE_INVALID", message: expect.stringContaining("may never end") })
})

test("a restore whose client leaves before the new content is ready is ended, and changes nothing", async () => {
  const daemon = await startDataDaemon(
    "version: 1\ncollections:\n  posts:\n    fields:\n      title: { type: string }\n",
  )
  const data = path.join(daemon.folder, "data")

  // More than may run at once: they only go on when those that were left are gone.
  for (let count = 0; count < 7; count += 1) {
    const left = new AbortController()
    const answer = await daemon.client.open("/api/admin/db/restore?format=sql&name=in.sql", {
      method: "POST",
      body: Readable.from([Buffer.from(script)]),
      headers: { accept: "text/event-stream", "content-type": "application/octet-stream" },
      signal: left.signal,
    })
    answer.on("error", () => undefined)
    const made = async (): Promise<number> => (await readdir(data)).filter((name) => name.endsWith(".new")).length
    await vi.waitFor(async () => expect(await made()).toBe(1), 10_000)
    left.abort()
    await vi.waitFor(async () => expect(await made()).toBe(0), 10_000)
  }
})
