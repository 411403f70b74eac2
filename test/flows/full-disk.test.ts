import { execFileSync } from "node:child_process"
import { mkdir, rm, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, onTestFinished, test } from "vitest"

import { builtCli } from "../helpers/built-cli.ts"
import { canRun } from "../helpers/can-run.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { sendTo, startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = `version: 1
collections:
  notes:
    fields:
      text: { type: text }
`

const canMount = canRun(
  process.platform === "linux" && process.getuid?.() === 0,
  "a full disk under the whole daemon: only root on Linux can mount a small one",
)

test.skipIf(!canMount)("a full disk is answered with 507, reads go on, and with room again writes do", async () => {
  const folder = await tempFolder()
  const disk = path.join(folder, "data")
  await mkdir(disk)
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", disk])
  onTestFinished(() => void execFileSync("umount", ["-l", disk]))
  await writeFile(path.join(disk, "ballast"), Buffer.alloc(3 * 1024 * 1024))
  await writeProject(folder, { "schema.yaml": schema })
  const { send, stop } = await startDaemon({ folder })

  const text = "x".repeat(20_000)
  const written: string[] = []
  let refused = await send("POST", "/api/collections/notes", { text })
  while (refused.status === 201) {
    written.push(refused.body.id)
    refused = await send("POST", "/api/collections/notes", { text })
  }

  expect(refused).toMatchObject({ status: 507, body: { error: { code: "STORAGE_FULL" } } })
  expect((await send("GET", "/api/collections/notes?fields=id&limit=500")).body.total).toBe(written.length)
  expect((await send("GET", `/api/collections/notes/${written[0]}`)).body.text).toBe(text)
  expect((await send("GET", "/health/live")).status).toBe(200)

  await rm(path.join(disk, "ballast"))
  expect((await send("POST", "/api/collections/notes", { text })).status).toBe(201)
  expect(await stop()).toBe(0)

  const again = await startDaemon({ folder })
  expect((await again.send("GET", "/api/collections/notes?limit=1")).body.total).toBe(written.length + 1)
  expect(await again.stop()).toBe(0)
})

test.skipIf(!canMount)("a daemon in the background goes on when the disk of its log is full", async () => {
  const folder = await tempFolder()
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=6m", "tmpfs", folder])
  onTestFinished(() => void execFileSync("umount", ["-l", folder]))
  await writeProject(folder, { "schema.yaml": schema, "alyx.yaml": "server:\n  port: 0\n" })
  await writeFile(path.join(folder, "ballast"), Buffer.alloc(3 * 1024 * 1024))
  const alyx = async (...args: string[]): Promise<string> => {
    const env = { ...process.env, CI: "true" }
    return execFileSync(process.execPath, [await builtCli(), ...args], { cwd: folder, env, encoding: "utf8" })
  }
  const { daemon } = JSON.parse(await alyx("start", "--detach", "--json")) as { daemon: { url: string } }
  onTestFinished(async () => void (await alyx("stop").catch(() => undefined)))

  const text = "x".repeat(20_000)
  const send = (): ReturnType<typeof sendTo> => sendTo(daemon.url, "POST", "/api/collections/notes", { text })
  let refusedCount = 0
  for (let count = 0; count < 1_000 && refusedCount < 40; count += 1) {
    const { status } = await send()
    if (status === 507) refusedCount += 1
  }

  expect(refusedCount).toBe(40)
  expect((await sendTo(daemon.url, "GET", "/api/collections/notes?limit=1")).status).toBe(200)
  await rm(path.join(folder, "ballast"))
  expect((await send()).status).toBe(201)
})

test.skipIf(!canMount)("a seed and a restore that the disk is too small for change nothing and say so", async () => {
  const folder = await tempFolder()
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=8m", "tmpfs", folder])
  onTestFinished(() => void execFileSync("umount", ["-l", folder]))
  await writeProject(folder, { "schema.yaml": schema })
  const { send, stop } = await startDaemon({ folder })
  const elsewhere = await tempFolder()
  const line = JSON.stringify({ collection: "notes", data: { text: "x".repeat(20_000) } })
  const linesOf = (count: number): string => Array.from({ length: count }, () => line).join("\n")
  const db = (...words: string[]): ReturnType<typeof runAlyx> => runAlyx(["db", ...words, "--json"], { cwd: folder })
  await writeFile(path.join(elsewhere, "some.ndjson"), linesOf(60))
  await writeFile(path.join(elsewhere, "many.ndjson"), linesOf(500))

  expect(await db("seed", path.join(elsewhere, "some.ndjson"))).toMatchObject({ exitCode: 0 })
  expect(codeOf(await db("seed", path.join(elsewhere, "many.ndjson")))).toBe("STORAGE_FULL")
  expect(await db("dump", path.join(elsewhere, "all.ndjson"))).toMatchObject({ exitCode: 0 })
  await writeFile(path.join(folder, "ballast"), Buffer.alloc(4 * 1024 * 1024))
  const restored = await db("restore", path.join(elsewhere, "all.ndjson"), "--yes")

  expect(codeOf(restored), restored.stdout).toBe("STORAGE_FULL")
  expect((await send("GET", "/api/collections/notes?limit=1")).body.total).toBe(60)
  await rm(path.join(folder, "ballast"))
  expect(await db("restore", path.join(elsewhere, "all.ndjson"), "--yes")).toMatchObject({ exitCode: 0 })
  expect(await stop()).toBe(0)
})

function codeOf({ stdout }: { readonly stdout: string }): unknown {
  return (JSON.parse(stdout) as { error?: { code: string } }).error?.code
}
