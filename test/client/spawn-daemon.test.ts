import { readFile, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test, vi } from "vitest"

import { spawnDaemon } from "../../src/client/spawn-daemon.ts"
import type { DaemonLaunch } from "../../src/client/spawn-daemon.ts"
import { projectPaths } from "../../src/project/paths.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

/** A program that does what a daemon does on the channel, in the place of one. */
async function launchOf(script: string): Promise<DaemonLaunch> {
  const root = await tempFolder()
  const program = path.join(root, "program.mjs")
  await writeFile(program, script)
  return { paths: projectPaths(root), mode: "start", program, flags: [] }
}

test("a daemon that says how far it is may take longer than one that is silent", async () => {
  const said: string[] = []
  const launch = await launchOf(`
    for (let percent = 0; percent < 100; percent += 10) {
      process.send({ type: "progress", message: "Changing posts: " + percent + " %" })
      await new Promise((resolve) => setTimeout(resolve, 150))
    }
    process.send({ type: "ready", daemon: { pid: process.pid } })
  `)

  const daemon = await spawnDaemon({ ...launch, onProgress: (message) => said.push(message) }, { silenceMsMax: 1_000 })

  expect(daemon.pid).toBeGreaterThan(0)
  expect(said).toHaveLength(10)
  expect(said[4]).toBe("Changing posts: 40 %")
})

test("a daemon that falls silent is ended and given up", async () => {
  const launch = await launchOf(`
    import { writeFileSync } from "node:fs"
    writeFileSync(process.argv[3] + "/pid", String(process.pid))
    process.send({ type: "progress", message: "Changing posts: 0 %" })
    setInterval(() => {}, 1_000)
  `)

  await expect(spawnDaemon(launch, { silenceMsMax: 500 })).rejects.toMatchObject({
    code: "DAEMON_FAILED",
    message: expect.stringContaining("silent for 0.5 s"),
  })
  const pid = Number(await readFile(path.join(launch.paths.root, "pid"), "utf8"))
  await vi.waitFor(() => expect(() => process.kill(pid, 0)).toThrow("ESRCH"))
})
