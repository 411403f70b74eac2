import { execFileSync, spawn } from "node:child_process"
import type { ChildProcess } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, describe, expect, test } from "vitest"

import { canRun } from "../../../helpers/can-run.ts"
import { scaled, testSeed } from "../../../helpers/scale.ts"

const writer = fileURLToPath(new URL("../../../fixtures/sync-shim-writer.ts", import.meta.url))
const shimSource = fileURLToPath(new URL("../../../fixtures/sync-shim.c", import.meta.url))

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "alyx-durability-"))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

const canBuildShim = canRun(
  process.platform === "linux" && existsSync("/usr/bin/gcc"),
  "no answer leaves before its sync: the shim needs Linux and gcc",
)

function buildShim(): string {
  const shim = join(folder, "sync-shim.so")
  execFileSync("gcc", ["-O1", "-shared", "-fPIC", "-o", shim, shimSource, "-ldl"])
  return shim
}

/** Runs the writer to its end under the shim, and returns the shim's log and the exit code. */
async function runUnderShim(options: {
  readonly clientCount: number
  readonly writeCount: number
  readonly env: Readonly<Record<string, string>>
}): Promise<{ readonly events: readonly string[]; readonly code: number | null }> {
  const log = join(folder, "shim.log")
  const env = { ...process.env, LD_PRELOAD: buildShim(), SYNC_SHIM_LOG: log, ...options.env }
  const child = spawn(process.execPath, [writer, folder, String(options.clientCount), String(options.writeCount)], {
    env,
    stdio: ["ignore", "ignore", "inherit"],
  })
  const [code] = (await once(child, "exit")) as [number | null]
  return { events: readFileSync(log, "utf8").split("\n"), code }
}

/** Where in the log the last byte of the group that holds this work was written. */
function groupEnd(events: readonly string[], workAt: number): number {
  let end = -1
  for (let at = workAt + 1; at < events.length; at += 1) {
    if (events[at] === "W wal") end = at
    else if (events[at]!.startsWith("M ") && end !== -1) return end
  }
  return end
}

describe.skipIf(!canBuildShim)("with durability full", () => {
  test("no answer leaves before a sync that began after its commit has ended", async () => {
    const writeCount = 400
    const { events, code } = await runUnderShim({ clientCount: 16, writeCount, env: { SYNC_SHIM_DELAY_MS: "2" } })

    expect(code).toBe(0)
    const answers = events.flatMap((event, at) => (event.startsWith("M answer ") ? [{ id: event.slice(9), at }] : []))
    expect(answers).toHaveLength(writeCount)
    for (const answer of answers) {
      const committedAt = groupEnd(events, events.indexOf(`M work ${answer.id}`))
      const syncBegins = events.indexOf("S wal", committedAt)
      const syncEnds = events.indexOf("E wal", syncBegins)
      expect(committedAt, `write ${answer.id} is in the log`).toBeGreaterThan(0)
      expect(syncBegins, `a sync begins after write ${answer.id}`).toBeGreaterThan(committedAt)
      expect(syncEnds, `the sync ends before answer ${answer.id}`).toBeLessThan(answer.at)
    }
  })

  test("a failed sync ends the process, and what it should have covered is not answered", async () => {
    const { events, code } = await runUnderShim({
      clientCount: 4,
      writeCount: 400,
      env: { SYNC_SHIM_FAIL_AT: "20", SYNC_SHIM_DELAY_MS: "1" },
    })

    expect(code).toBe(9)
    const fatalAt = events.indexOf("M fatal")
    const lastGoodSync = events.lastIndexOf("E wal", fatalAt)
    const failedSync = events.lastIndexOf("S wal", fatalAt)
    expect(lastGoodSync).toBeLessThan(failedSync)
    expect(events.slice(failedSync).filter((event) => event.startsWith("M answer"))).toEqual([])
  })
})

describe("a process that is killed", () => {
  test("loses no answered write, and the next start needs no help", { timeout: 120_000 }, async () => {
    const killCount = scaled(50, 3)
    const seed = testSeed()
    let random = seed

    for (let kill = 0; kill < killCount; kill += 1) {
      const sizeBefore = eventsSize()
      const child = spawn(process.execPath, [writer, folder, "32", "0"], { stdio: ["ignore", "ignore", "inherit"] })
      random = (random * 48_271) % 2_147_483_647
      await waitForAnswers(child, sizeBefore)
      await new Promise((resolve) => setTimeout(resolve, random % 150))
      child.kill("SIGKILL")
      await once(child, "exit")
    }

    const answered = answeredIds()
    const database = new DatabaseSync(join(folder, "alyx.db"))
    const present = new Set(
      database
        .prepare("SELECT id FROM notes")
        .all()
        .map((row) => Number(row["id"])),
    )
    const integrity = database.prepare("PRAGMA integrity_check").get()?.["integrity_check"]
    database.close()
    expect(
      answered.filter((id) => !present.has(id)),
      `seed ${seed}`,
    ).toEqual([])
    expect(answered.length).toBeGreaterThan(killCount)
    expect(integrity).toBe("ok")
  })
})

function answeredIds(): readonly number[] {
  const events = join(folder, "events")
  if (!existsSync(events)) return []
  const lines = readFileSync(events, "utf8").split("\n")
  return lines.flatMap((line) => (line.startsWith("answer ") ? [Number(line.slice(7))] : []))
}

/** Resolves once the process answers: what comes before is its start, during which there is nothing to lose. */
async function waitForAnswers(child: ChildProcess, sizeBefore: number): Promise<void> {
  while (eventsSize() < sizeBefore + 1_000) {
    if (child.exitCode !== null) throw new Error(`The writer ended by itself with code ${child.exitCode}.`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

function eventsSize(): number {
  return statSync(join(folder, "events"), { throwIfNoEntry: false })?.size ?? 0
}
