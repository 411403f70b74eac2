import path from "node:path"

import { expect, test } from "vitest"

import { requireSchema } from "../schema/arbitrary-schema.ts"
import { databaseObjects, objectsOfSchema } from "../helpers/database-objects.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import type { RunningDaemon } from "../helpers/running-daemon.ts"
import { scaled, testSeed } from "../helpers/scale.ts"
import { tempFolder } from "../helpers/temp-folder.ts"
import { Dice } from "../helpers/dice.ts"
import { schemaText } from "./schema-walk/model.ts"
import { firstSchema, Walker } from "./schema-walk/walker.ts"

test(
  "after any number of good, unsafe and broken edits under alyx dev, data and tables are as if made anew",
  { timeout: 1_200_000 },
  async () => {
    const seed = testSeed()
    const folder = await tempFolder()
    await writeProject(folder, { "schema.yaml": schemaText(firstSchema(), "edit 0") })
    const daemon = await startDaemon({ folder, command: ["dev", "--foreground", "--port", "0"] })
    const walker = await Walker.start(daemon, new Dice(seed))
    const count = scaled(200, 25)
    for (let step = 0; step < count; step += 1) await walker.step()
    process.stdout.write(`schema walk: seed ${seed}, ${count} edits: ${JSON.stringify(walker.counts)}\n`)

    for (const [name, documents] of walker.data) {
      const expected = [...documents].map(([id, document]) => ({ id, ...document }))
      expect(await allDocuments(daemon, name)).toEqual(expected.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    }
    expect(await daemon.stop()).toBe(0)
    expect(databaseObjects(path.join(folder, "data/alyx.db"))).toEqual(
      await objectsOfSchema(requireSchema(walker.text)),
    )
  },
)

async function allDocuments(daemon: RunningDaemon, collection: string): Promise<unknown[]> {
  const documents: unknown[] = []
  for (;;) {
    const target = `/api/collections/${collection}?limit=500&sort=id&offset=${documents.length}`
    const { body } = await daemon.send("GET", target)
    documents.push(...(body.docs as unknown[]))
    if (documents.length >= body.total) return documents
  }
}
