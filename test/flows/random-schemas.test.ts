import { writeFile } from "node:fs/promises"
import path from "node:path"

import * as fc from "fast-check"
import { expect, test } from "vitest"
import { parse } from "yaml"

import { storedValue, wireValue } from "../../src/schema/fields/field-types.ts"
import type { Collection, JsonValue } from "../../src/schema/schema.ts"
import { startDaemon } from "../helpers/running-daemon.ts"
import type { RunningDaemon } from "../helpers/running-daemon.ts"
import { scaled, testSeed } from "../helpers/scale.ts"
import { tempFolder } from "../helpers/temp-folder.ts"
import { arbitraryDocument, arbitrarySchemaText, requireSchema } from "../schema/arbitrary-schema.ts"

type Document = Readonly<Record<string, JsonValue>>

interface Written {
  readonly collection: Collection
  readonly id: string
  readonly document: Document
}

/** A schema as text, and one document for each of its collections. */
const schemaWithDocuments = arbitrarySchemaText().chain((text) => {
  const collections = [...requireSchema(text).collections.values()]
  return fc.tuple(
    fc.constant(text),
    fc.tuple(...collections.map((collection) => fc.tuple(fc.constant(collection), arbitraryDocument(collection)))),
  )
})

test(
  "what is written over HTTP to a random schema is read back equal, and kept when the schema changes",
  { timeout: 1_200_000 },
  async () => {
    const seed = testSeed()
    process.stdout.write(`seed ${seed}\n`)
    const property = fc.asyncProperty(schemaWithDocuments, async ([text, documents]) => {
      const folder = await tempFolder()
      const file = path.join(folder, "schema.yaml")
      await writeFile(file, text)
      const first = await startDaemon({ folder })
      const written: Written[] = []
      for (const [collection, document] of documents) written.push(await writeAndRead(first, collection, document))
      expect(await first.stop()).toBe(0)

      await writeFile(file, JSON.stringify(withAddedField(parse(text) as SchemaFile)))
      const second = await startDaemon({ folder })
      for (const { collection, id, document } of written) {
        const kept = await second.send("GET", `/api/collections/${collection.name}/${encodeURIComponent(id)}`)
        expect(kept.body).toEqual({ ...document, zz_added: 7 })
      }
      expect(await second.stop()).toBe(0)
    })
    await fc.assert(property, { numRuns: scaled(60, 3), seed, endOnFailure: true })
  },
)

async function writeAndRead(daemon: RunningDaemon, collection: Collection, body: Document): Promise<Written> {
  const { name, primaryKey } = collection
  const created = await daemon.send("POST", `/api/collections/${name}`, body)
  expect(created, JSON.stringify(body)).toMatchObject({ status: 201, body: asRead(collection, body) })
  const id = String(created.body[primaryKey.name])
  expect((await daemon.send("GET", `/api/collections/${name}/${encodeURIComponent(id)}`)).body).toEqual(created.body)
  expect((await daemon.send("GET", `/api/collections/${name}`)).body.docs).toEqual([created.body])
  return { collection, id, document: created.body as Document }
}

/** What a client reads after it wrote a value: the value in its one normal form, and nothing of internal fields. */
function asRead(collection: Collection, body: Document): Document {
  const fields = Object.entries(body).map(([name, value]) => ({ field: collection.fields.get(name)!, value }))
  return Object.fromEntries(
    fields
      .filter(({ field }) => !field.internal)
      .map(({ field, value }) => [field.name, wireValue(field, storedValue(field, value) ?? null)]),
  )
}

interface SchemaFile {
  collections: Record<string, CollectionFile> | CollectionFile[]
}

interface CollectionFile {
  fields?: Record<string, object> | object[]
}

/** The same schema with one more field in every collection, in whichever notation it is written. */
function withAddedField(schema: SchemaFile): SchemaFile {
  const added = { type: "int", default: 7 }
  for (const collection of Object.values(schema.collections)) {
    if (Array.isArray(collection.fields)) collection.fields.push({ name: "zz_added", ...added })
    else collection.fields = { ...collection.fields, zz_added: added }
  }
  return schema
}
