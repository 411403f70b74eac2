import * as fc from "fast-check"
import { expect, test } from "vitest"

import { isAlyxError } from "../../../src/errors.ts"
import { compileDocumentValidator } from "../../../src/schema/document.ts"
import { arbitrarySchemaText, requireSchema } from "../../schema/arbitrary-schema.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { startDataDaemon } from "./data-daemon.ts"
import { openFakeTables } from "./fake-tables.ts"

const shop = `
collections:
  users:
    fields:
      email: { type: string, format: email, unique: true }
      name: { type: string, maxLength: 30 }
      role: { type: string, enum: [admin, member] }
      born_at: { type: timestamp, nullable: true }
  profiles:
    fields:
      user_id: { type: uuid, references: users.id, onDelete: cascade, unique: true }
      website: { type: string, format: url, nullable: true }
      avatar: { type: blob, nullable: true }
  products:
    fields:
      id: { type: string, primary: true, validate: { pattern: "^[A-Z]{3}-[0-9]{4}$" } }
      price: { type: float, min: 0.5, max: 99 }
      stock: { type: int, min: 0, max: 50 }
      attributes:
        type: json
        schema:
          type: object
          properties:
            size: { enum: [S, M, L] }
            weights: { type: array, minItems: 1, items: { type: integer, minimum: 1, maximum: 9 } }
            contact: { type: object, properties: { email: { type: string, format: email } }, required: [email] }
          required: [size, weights]
  reviews:
    fields:
      user_id: { type: uuid, references: users.id, onDelete: cascade, index: true }
      product_id: { type: string, references: products.id, onDelete: cascade, index: true }
      stars: { type: int, min: 1, max: 5 }
      reply_to_id: { type: uuid, references: reviews.id, onDelete: set null, nullable: true, index: true }
    indexes:
      - { fields: [user_id, product_id], unique: true }
`

test("fits types, formats, patterns, JSON schemas, references and what is unique", async () => {
  const { fake, docs } = await startDataDaemon(shop)

  const done = await fake({ count: 400, randomSeed: 1 })

  expect(done).toMatchObject({ created: 400, collections: { users: 100, profiles: 100, products: 100, reviews: 100 } })
  expect(done.withoutAccounts).toBe("users")
  const users = await docs("users")
  const reviews = await docs("reviews")
  const products = await docs("products")
  const ids = new Set(users.map(({ id }) => id))
  expect(reviews.every(({ user_id }) => ids.has(user_id))).toBe(true)
  expect(new Set((await docs("profiles")).map(({ user_id }) => user_id)).size).toBe(100)
  expect(new Set(reviews.map(({ user_id, product_id }) => `${String(user_id)} ${String(product_id)}`)).size).toBe(100)
  expect(products.every(({ id }) => /^[A-Z]{3}-[0-9]{4}$/.test(String(id)))).toBe(true)
  expect(reviews.some(({ reply_to_id }) => reply_to_id !== null)).toBe(true)
  expect(reviews.every(({ created_at, updated_at }) => String(created_at) <= String(updated_at))).toBe(true)
  expect(users.some(({ born_at }) => born_at === null)).toBe(true)
  expect(new Set(users.map(({ role }) => role))).toEqual(new Set(["admin", "member"]))
  expect(await fake({ count: 3, randomSeed: 1, collections: ["products"] })).not.toHaveProperty("withoutAccounts")
})

test("equal seeds on equal data give equal rows, and another seed gives others", async () => {
  const [one, same, other] = await Promise.all(
    [1, 1, 2].map(async (randomSeed) => {
      const tables = await openFakeTables(requireSchema(shop))
      await tables.fake({ count: 120, randomSeed })
      await tables.fake({ count: 80, randomSeed: randomSeed + 10, collections: ["users", "reviews"] })
      return tables.all()
    }),
  )

  expect(same).toEqual(one)
  expect(other).not.toEqual(one)
})

const scarce = `
collections:
  levels:
    fields:
      name: { type: string, enum: [low, mid, high], unique: true }
  badges:
    timestamps: false
    fields:
      level_id: { type: uuid, references: levels.id, onDelete: cascade, unique: true }
      grade: { type: int, min: 1, max: 2, nullable: true, unique: true }
  marks:
    fields:
      level_id: { type: uuid, references: levels.id, onDelete: cascade, index: true }
      on: { type: bool }
    indexes:
      - { fields: [level_id, "on"], unique: true }
  free:
    fields:
      code: { type: string, maxLength: 2, unique: true }
`

test("what is unique is used up to the last value, and the rest goes to the others", async () => {
  const { fake, docs } = await openFakeTables(requireSchema(scarce))

  const done = await fake({ count: 100, randomSeed: 3 })

  expect(done.collections).toEqual({ levels: 3, badges: 3, marks: 6, free: 88 })
  expect(new Set(docs("badges").map(({ grade }) => grade))).toEqual(new Set([1, 2, null]))
  expect(docs("marks")).toHaveLength(6)
})

test.each([
  [
    { count: 10_000, randomSeed: 1, collections: ["levels"] },
    "FAKE_IMPOSSIBLE",
    "3 more are possible",
    "levels.name is unique and has 3 possible values, none of them taken",
  ],
  [
    { count: 5, randomSeed: 1, collections: ["marks"] },
    "FAKE_IMPOSSIBLE",
    "0 more are possible",
    "marks.level_id needs a document of levels",
  ],
  [{ count: 1_400, randomSeed: 1 }, "FAKE_IMPOSSIBLE", "1308 more are possible", "free.code is unique"],
  [{ count: 5, randomSeed: 1, collections: ["level"] }, "COLLECTION_NOT_FOUND", "There is no collection", "level"],
])("what cannot be made is refused before anything is written: %j", async (request, code, message, reason) => {
  const { fake, docs } = await openFakeTables(requireSchema(scarce))

  const error: unknown = await fake(request).catch((thrown: unknown) => thrown)

  if (!isAlyxError(error)) throw error
  expect(error.code).toBe(code)
  expect(error.message).toContain(message)
  expect(error.message).toContain(reason)
  expect(docs("levels")).toEqual([])
})

test("a pattern that fewer texts match than are wanted is refused, and nothing is written", async () => {
  const schema = requireSchema(
    JSON.stringify({
      collections: { codes: { fields: { code: { type: "string", unique: true, validate: { pattern: "^[ab]$" } } } } },
    }),
  )
  const { fake, docs } = await openFakeTables(schema)

  const error: unknown = await fake({ count: 3, randomSeed: 1 }).catch((thrown: unknown) => thrown)

  expect(isAlyxError(error, "FAKE_IMPOSSIBLE")).toBe(true)
  expect(docs("codes")).toEqual([])
})

test("fills what is left beside documents that are there", async () => {
  const { fake, insert, docs } = await openFakeTables(requireSchema(scarce))
  const at = "2026-01-01T00:00:00.000Z"
  const id = "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d"
  await insert("levels", { id, name: "mid", created_at: at, updated_at: at })

  await fake({ count: 2, randomSeed: 9, collections: ["levels"] })

  expect(new Set(docs("levels").map(({ name }) => name))).toEqual(new Set(["high", "low", "mid"]))
})

test("made-up documents of any schema pass the validator, and equal seeds give equal rows", async () => {
  const seed = testSeed()
  process.stdout.write(`seed ${seed}\n`)
  await fc.assert(
    fc.asyncProperty(arbitrarySchemaText(), fc.nat(1_000_000), async (text, randomSeed) => {
      const schema = requireSchema(text)
      const [one, other] = [await openFakeTables(schema), await openFakeTables(schema)]

      const done = await one.fake({ count: 40, randomSeed })
      await other.fake({ count: 40, randomSeed })

      expect(done.created).toBe(40)
      expect(other.all()).toEqual(one.all())
      for (const collection of schema.collections.values()) {
        const validator = compileDocumentValidator(collection)
        for (const doc of one.docs(collection.name)) expect(validator.create(doc)).toMatchObject({ ok: true })
      }
    }),
    { numRuns: scaled(400, 20), seed },
  )
})

const patterns = [
  "^[a-z0-9]+(?:-[a-z0-9]+)*$",
  "^\\+?[1-9]\\d{6,14}$",
  "^(?:red|green|blue)-\\p{Lu}{2}$",
  "^#[0-9a-fA-F]{6}$",
  "^[^\\s@]{1,8}@[^\\s@]+\\.[a-z]{2,3}$",
  "^v(?<major>\\d+)\\.\\d+\\.\\d+(?:-rc\\.\\d)?$",
  "^\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d)$",
  "foo",
  "^.{3,5}$",
  "^[\\w.\\-]{2,}\\u{41}$",
]

test.each(patterns)("finds texts for the pattern %s", async (pattern) => {
  const field = { type: "string", maxLength: 40, validate: { pattern } }
  const { fake, docs } = await openFakeTables(
    requireSchema(JSON.stringify({ collections: { things: { fields: { code: field } } } })),
  )

  await fake({ count: 30, randomSeed: 5 })

  for (const { code } of docs("things")) expect(code).toMatch(new RegExp(pattern, "u"))
})
