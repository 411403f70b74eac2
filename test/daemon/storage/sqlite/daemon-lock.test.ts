import { spawn } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, test } from "vitest"

import { acquireDaemonLock } from "../../../../src/daemon/storage/sqlite/daemon-lock.ts"

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alyx-lock-"))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const databasePath = (): string => join(folder, "data", "alyx.db")

/** Another process that takes the lock, says so, and keeps it until it is killed. */
async function startHolder(): Promise<{ readonly pid: number; kill(): Promise<void> }> {
  const module = new URL("../../../../src/daemon/storage/sqlite/daemon-lock.ts", import.meta.url).href
  const script = `import { acquireDaemonLock } from ${JSON.stringify(module)}
    acquireDaemonLock(${JSON.stringify(databasePath())}); process.send("held"); setInterval(() => {}, 1000)`
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  })
  await once(child, "message")
  return {
    pid: child.pid!,
    kill: async () => {
      child.kill("SIGKILL")
      await once(child, "exit")
    },
  }
}

describe("the daemon's lock", () => {
  test("is refused while another process holds it, naming that process", async () => {
    const holder = await startHolder()

    expect(() => acquireDaemonLock(databasePath())).toThrow(
      expect.objectContaining({ code: "DATABASE_LOCKED", details: { pid: holder.pid } }),
    )

    await holder.kill()
  })

  test("is free at once after its holder was killed", async () => {
    const holder = await startHolder()
    await holder.kill()

    acquireDaemonLock(databasePath()).release()
  })

  test("is refused a second time in one process, and the refusal leaves the first one holding", () => {
    const lock = acquireDaemonLock(databasePath())

    expect(() => acquireDaemonLock(databasePath())).toThrow(expect.objectContaining({ code: "DATABASE_LOCKED" }))
    expect(() => acquireDaemonLock(databasePath())).toThrow(expect.objectContaining({ code: "DATABASE_LOCKED" }))
    lock.release()
    lock.release()

    acquireDaemonLock(databasePath()).release()
  })

  test("is not kept when its process cannot be named, which is said", () => {
    mkdirSync(`${databasePath()}.pid`, { recursive: true })

    expect(() => acquireDaemonLock(databasePath())).toThrow(
      expect.objectContaining({ code: "FILE_UNWRITABLE", message: expect.stringContaining("alyx.db.pid") }),
    )

    rmSync(`${databasePath()}.pid`, { recursive: true })
    acquireDaemonLock(databasePath()).release()
  })

  test("lies in a private file of a private folder", () => {
    const lock = acquireDaemonLock(databasePath())

    expect(statSync(`${databasePath()}.lock`).mode & 0o777).toBe(0o600)
    expect(statSync(join(folder, "data")).mode & 0o777).toBe(0o700)
    lock.release()
  })
})
