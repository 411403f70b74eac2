import { once } from "node:events"
import { createServer } from "node:net"

import { expect, onTestFinished, test } from "vitest"

import type { DaemonFile } from "../../src/protocol/admin-api.ts"
import { freePort, makeProject } from "../helpers/cli-project.ts"
import { writeProject } from "../helpers/running-daemon.ts"

test("restart gives the same server, with its flags, in a new process", async () => {
  const project = await makeProject()
  const port = String(await freePort())
  const before = await project.start("--port", port)

  const { exitCode, stdout } = await project.run("restart", "--json")

  const { daemon } = JSON.parse(stdout) as { daemon: DaemonFile }
  expect(exitCode).toBe(0)
  expect(daemon).toMatchObject({ mode: "start", url: `http://127.0.0.1:${port}` })
  expect(daemon.pid).not.toBe(before.pid)
})

test.each([
  ["schema.yaml", "collections:\n  notes:\n    fields:\n      text: { type: strng }\n", "SCHEMA_INVALID"],
  ["alyx.yaml", "server:\n  prot: 1\n", "CONFIG_INVALID"],
])("restart leaves the old server running when %s is broken", async (file, text, code) => {
  const project = await makeProject()
  const before = await project.start()
  await writeProject(project.folder, { [file]: text })

  const { exitCode, stderr } = await project.run("restart")

  expect(exitCode).toBe(1)
  expect(stderr).toContain(code)
  expect(stderr).toContain("The old daemon still serves.")
  expect(stderr).toContain(`${file}:`)
  expect((await fetch(`${before.url}/health/live`)).status).toBe(200)
})

test("restart leaves the old server running where the documents are in the way, or a migration file waits", async () => {
  const project = await makeProject()
  const { pid, url } = await project.start()
  const [headers, body] = [{ "content-type": "application/json" }, JSON.stringify({ text: "no number" })]
  await fetch(`${url}/api/collections/notes`, { method: "POST", headers, body })
  await writeProject(project.folder, {
    "schema.yaml": "collections:\n  notes:\n    fields:\n      text: { type: int }\n",
  })

  const unsafe = await project.run("restart")
  await writeProject(project.folder, {
    "schema.yaml": "collections:\n  notes:\n    fields:\n      words: { type: string }\n",
    "migrations/001_words.yaml": "version: 1\nname: words\noperations: []\n",
  })
  const unanswered = await project.run("restart")
  await writeProject(project.folder, {
    "migrations/001_words.yaml":
      "version: 1\nname: words\noperations:\n  - { type: rename_field, collection: notes, from: text, to: words }\n",
  })
  const waiting = await project.run("restart")
  const status = JSON.parse((await project.run("status", "--json")).stdout) as unknown
  await project.run("migrate", "apply")
  const mended = await project.run("restart")

  expect(unsafe).toMatchObject({ exitCode: 1, stdout: "" })
  expect(unsafe.stderr).toContain("UNSAFE_CHANGES")
  expect(unsafe.stderr).toContain("The old daemon still serves.")
  expect(unsafe.stderr).toContain("alyx migrate create")
  expect(unanswered.stderr).toContain("migrations/001_words.yaml does nothing yet")
  expect(waiting.exitCode).toBe(1)
  expect(waiting.stderr).toContain("Not restarted: migrations/001_words.yaml waits to be applied")
  expect(status).toMatchObject({ running: true, daemon: { pid, url } })
  expect(mended.exitCode).toBe(0)
})

test("restart says how to go back when only the start shows that it cannot be", async () => {
  const project = await makeProject()
  const taken = createServer().listen(0, "127.0.0.1")
  await once(taken, "listening")
  onTestFinished(() => void taken.close())
  await writeProject(project.folder, { "alyx.yaml": `server:\n  port: ${await freePort()}\n` })
  await project.start("--migrate")
  const { port } = taken.address() as { readonly port: number }
  await writeProject(project.folder, { "alyx.yaml": `server:\n  port: ${port}\n` })

  const { exitCode, stderr } = await project.run("restart")

  expect(exitCode).toBe(1)
  expect(stderr).toContain("The old daemon was stopped, and the new one did not start; nothing serves now.")
  expect(stderr).toContain("put back the files that served until now, then: alyx start --detach")
})
