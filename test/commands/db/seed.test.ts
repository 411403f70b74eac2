import { spawn } from "node:child_process"
import { once } from "node:events"
import { readdir, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { createInterface } from "node:readline"

import { expect, onTestFinished, test } from "vitest"

import { builtCli } from "../../helpers/built-cli.ts"
import { runAlyx } from "../../helpers/run-alyx.ts"
import { startDaemon, writeProject } from "../../helpers/running-daemon.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

const schema = `
collections:
  people:
    fields:
      email: { type: string, format: email, unique: true }
      name: { type: string, maxLength: 20 }
  notes:
    fields:
      text: { type: text }
      author_id: { type: uuid, references: people.id, onDelete: cascade, index: true }
`

async function project(files: Record<string, string> = {}): Promise<string> {
  const folder = await tempFolder()
  await writeProject(folder, { "schema.yaml": schema, "alyx.yaml": "server:\n  port: 0\n", ...files })
  return folder
}

/** Enough that a seed is caught in the middle of it. */
async function writeLongSeed(folder: string): Promise<void> {
  const lines = Array.from({ length: 40_000 }, (_, index) =>
    JSON.stringify({ collection: "people", data: { email: `p${index}@example.com`, name: `P ${index}` } }),
  )
  await writeFile(join(folder, "long.ndjson"), lines.join("\n"))
}

/** Starts a seed and resolves when it has begun to write. */
async function beginSeed(folder: string): Promise<{ kill: () => Promise<void>; ended: Promise<unknown> }> {
  const child = spawn(process.execPath, [await builtCli(), "db", "seed", "long.ndjson"], {
    cwd: folder,
    stdio: ["ignore", "ignore", "pipe"],
  })
  const ended = once(child, "exit")
  const kill = async (): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL")
    await ended
  }
  onTestFinished(kill)
  for await (const text of createInterface({ input: child.stderr })) if (text.startsWith("Writing people")) break
  return { kill, ended }
}

test("a daemon that is killed in the middle of a seed leaves nothing of it", async () => {
  const folder = await project()
  await writeLongSeed(folder)
  const daemon = await startDaemon({ folder })
  const { ended } = await beginSeed(folder)

  daemon.child.kill("SIGKILL")
  await daemon.ended

  expect(await ended).toEqual([1, null])
  const again = await startDaemon({ folder })
  expect((await again.send("GET", "/api/collections/people?limit=1")).body).toMatchObject({ docs: [] })
  await again.stop()
})

test("reads go on during a seed; when its command is killed nothing of it stays, and writes go on", async () => {
  const folder = await project()
  await writeLongSeed(folder)
  const daemon = await startDaemon({ folder })
  const { kill } = await beginSeed(folder)

  const during = await daemon.send("GET", "/api/collections/people?limit=1")
  await kill()
  const after = await daemon.send("POST", "/api/collections/people", { email: "ada@example.com", name: "Ada" })

  expect(during).toMatchObject({ status: 200, body: { docs: [] } })
  expect(after.status).toBe(201)
  expect((await daemon.send("GET", "/api/collections/people")).body.docs).toHaveLength(1)
  expect((await readdir(join(folder, ".alyx"))).filter((name) => name.startsWith("spool-"))).toEqual([])
  await daemon.stop()
})

test("seeds files of every format beside a daemon, and shows what is wrong with its line", async () => {
  const folder = await project({
    "people.csv": "email,name\nada@example.com,Ada\nlinus@example.com,Linus\n",
    "notes.yaml": "notes:\n  - { text: Hello, author: ada@example.com }\n",
    "more.json": '{ "notes": [ { "text": "Hi", "author": { "email": "linus@example.com" } } ] }',
    "bad.ndjson":
      '{"collection":"people","data":{"email":"new@example.com","name":"New"}}\n{"collection":"notes","data":{"text":"x","author":"adda@example.com"}}\n',
  })
  const daemon = await startDaemon({ folder })

  const people = await runAlyx(["db", "seed", "people.csv"], { cwd: folder })
  const notes = await runAlyx(["db", "seed", "notes.yaml", "--json"], { cwd: folder })
  const more = await runAlyx(["db", "seed", "more.json", "--json"], { cwd: folder })
  const bad = await runAlyx(["db", "seed", "bad.ndjson"], { cwd: folder })
  const fake = await runAlyx(["db", "seed", "--fake", "50", "--random-seed", "4", "--json"], { cwd: folder })

  expect(people).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining("2 created, 0 updated, 0 unchanged") as string,
  })
  expect(JSON.parse(notes.stdout)).toMatchObject({ created: 1 })
  expect(JSON.parse(more.stdout)).toMatchObject({ created: 1 })
  expect(bad.exitCode).toBe(1)
  expect(bad.stderr).toContain("bad.ndjson:2:1 notes: author_id: people has no")
  expect(bad.stderr).toContain('Did you mean "ada@example.com"?')
  expect(JSON.parse(fake.stdout)).toMatchObject({ created: 50, randomSeed: 4, collections: { people: 25, notes: 25 } })
  const { body } = await daemon.send("GET", "/api/collections/people?limit=100")
  expect(body.docs).toHaveLength(27)
  await daemon.stop()
})

test.each([
  [[], "There is no file to seed."],
  [["a.json", "--fake", "3"], "do not go together"],
  [["a.csv", "--collection", "a", "--collection", "b"], "A file has one collection."],
  [["a.txt"], "The format of a.txt cannot be told from its name."],
  [["--random-seed", "3"], "--fake"],
])("%j is refused as a command line", async (words, message) => {
  const folder = await project()
  const daemon = words[0] === "a.txt" ? await startDaemon({ folder }) : undefined

  const { exitCode, stderr } = await runAlyx(["db", "seed", ...words], { cwd: folder })

  expect([exitCode, stderr]).toEqual([2, expect.stringContaining(message)])
  await daemon?.stop()
})

test("a file that is not there, or is none of a seed, makes no database", async () => {
  const folder = await project({ "people.txt": "Ada" })

  const missing = await runAlyx(["db", "seed", "nope.json"], { cwd: folder })
  const foreign = await runAlyx(["db", "seed", "people.txt"], { cwd: folder })

  expect(missing.exitCode).toBe(1)
  expect(missing.stderr).toContain("There is no file nope.json.")
  expect(foreign.exitCode).not.toBe(0)
  expect(await readdir(folder)).not.toContain("data")
})

test("a document with another key than the one that has its unique value is refused, with what to do", async () => {
  const folder = await project({
    "first.json": JSON.stringify({ people: [{ email: "ada@example.com", name: "Ada" }] }),
    "seed.json": JSON.stringify({
      people: [{ id: "019a0000-0000-7000-8000-000000000001", email: "ada@example.com", name: "Ada" }],
    }),
  })
  await runAlyx(["db", "seed", "first.json"], { cwd: folder })

  const { exitCode, stderr } = await runAlyx(["db", "seed", "seed.json"], { cwd: folder })

  expect(exitCode).toBe(1)
  expect(stderr).toContain("Another document of people already has this email.")
  expect(stderr).toContain("Leave out its key (id) to update the document that is there, or give another email.")
})
