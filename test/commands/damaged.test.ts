import { open } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { endDaemonWithTest } from "../helpers/end-daemon.ts"
import { runAlyx } from "../helpers/run-alyx.ts"
import { writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = `
collections:
  notes:
    fields:
      text: { type: string }
`

/** A project whose database has other bytes in its middle. */
async function damagedProject(): Promise<string> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema, "alyx.yaml": "server:\n  port: 0\n" })
  await runAlyx(["db", "seed", "--fake", "500"], { cwd: folder })
  const file = await open(path.join(folder, "data/alyx.db"), "r+")
  await file.write(Buffer.from("garbage".repeat(2_000)), 0, undefined, 8_192)
  await file.close()
  return folder
}

test("a damaged database is told as one, with what to do, and not as a mistake of Alyx", async () => {
  const folder = await damagedProject()
  endDaemonWithTest(folder)

  const doctor = await runAlyx(["doctor"], { cwd: folder })
  const once = await runAlyx(["dev", "--once"], { cwd: folder })
  const started = await runAlyx(["start", "--detach"], { cwd: folder })

  expect(doctor.exitCode).toBe(1)
  expect(doctor.stdout).toContain("restore")
  for (const { exitCode, stdout, stderr } of [doctor, once, started]) {
    expect(exitCode).toBe(1)
    expect(stdout + stderr).toMatch(/is not a database, or is\s+damaged/)
    expect(stdout + stderr).not.toMatch(/mistake|bug|INTERNAL/)
  }
})
