import { DatabaseSync } from "node:sqlite"
import path from "node:path"

import { expect, test } from "vitest"

import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { scaled, testSeed } from "../helpers/scale.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const schema = `version: 1
collections:
  authors:
    fields:
      name: { type: string, unique: true }
  posts:
    fields:
      title: { type: string, minLength: 1 }
      author_id: { type: uuid, references: authors.id, onDelete: cascade }
`

const clientCount = 16

test(
  "kill -9 at any moment loses no answered write, and the next start needs no help",
  { timeout: 600_000 },
  async () => {
    const kills = scaled(50, 3)
    const random = randomNumbers(testSeed())
    const folder = await tempFolder()
    await writeProject(folder, { "schema.yaml": schema })
    const answered = new Set<string>()
    const deleted = new Set<string>()

    for (let kill = 0; kill < kills; kill += 1) {
      const daemon = await startDaemon({ folder })
      const author = await daemon.send("POST", "/api/collections/authors", { name: `author ${kill}` })
      expect(author.status).toBe(201)
      const writers = Array.from({ length: clientCount }, () =>
        writeUntilKilled(daemon, author.body.id, answered, deleted),
      )
      const target = answered.size + Math.floor(random() * 400)
      while (answered.size < target) await new Promise((resolve) => setImmediate(resolve))
      daemon.child.kill("SIGKILL")
      await Promise.all(writers)
      await daemon.ended
    }

    const last = await startDaemon({ folder })
    expect(await last.stop()).toBe(0)
    const database = new DatabaseSync(path.join(folder, "data/alyx.db"), { readOnly: true })
    try {
      const rows = database.prepare("SELECT id FROM posts").all() as { id: string }[]
      const present = new Set(rows.map((row) => row.id))
      const lost = [...answered].filter((id) => !present.has(id) && !deleted.has(id))
      const revived = [...deleted].filter((id) => present.has(id))
      expect({ lost, revived }).toEqual({ lost: [], revived: [] })
      expect(database.prepare("PRAGMA integrity_check").get()).toEqual({ integrity_check: "ok" })
      expect(database.prepare("PRAGMA foreign_key_check").all()).toEqual([])
    } finally {
      database.close()
    }
  },
)

/** Creates posts, and deletes every tenth, until the connection breaks; remembers only what was answered. */
async function writeUntilKilled(
  daemon: Awaited<ReturnType<typeof startDaemon>>,
  authorId: string,
  answered: Set<string>,
  deleted: Set<string>,
): Promise<void> {
  try {
    for (let count = 0; ; count += 1) {
      const answer = await daemon.send("POST", "/api/collections/posts", {
        title: `post ${count}`,
        author_id: authorId,
      })
      expect(answer.status).toBe(201)
      answered.add(answer.body.id)
      if (count % 10 !== 9) continue
      // Asked for but not answered: either outcome is right, so it leaves the books before and comes back after.
      answered.delete(answer.body.id)
      const gone = await daemon.send("DELETE", `/api/collections/posts/${answer.body.id}`)
      expect(gone.status).toBe(204)
      deleted.add(answer.body.id)
    }
  } catch (error) {
    if (error instanceof TypeError) return
    throw error
  }
}

/** Mulberry32: the same numbers for the same seed. */
function randomNumbers(seed: number): () => number {
  process.stdout.write(`seed ${seed}\n`)
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
