import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { diffSchemas } from "../../src/schema/diff.ts"
import { arbitrarySchema, requireSchema } from "./arbitrary-schema.ts"

/** One field f of posts, beside users to refer to. */
function withField(options: string): string {
  return `collections:
  users: { fields: { n: { type: int } } }
  posts:
    fields:
      title: { type: string }
${options === "" ? "" : `      f: { ${options} }\n`}`
}

/** posts with more lines of the collection. */
function withLines(lines: string): string {
  return `collections:\n  posts:\n    fields: { a: { type: int }, b: { type: int } }\n${lines}`
}

/** "safety | message" of every change; the condition instead of "if-rows-fit". */
function summary(from: string, to: string): string[] {
  return diffSchemas(requireSchema(from), requireSchema(to)).map(
    (change) => `${change.fits?.kind ?? change.safety} | ${change.message}`,
  )
}

describe("a change of one field", () => {
  test.each([
    // New and removed fields
    ["", "type: int, nullable: true", "safe | + posts.f (int)"],
    ["", "type: int, default: 0", "safe | + posts.f (int)"],
    ["", "type: int", "no-rows | + posts.f (int)"],
    ["", "type: timestamp, default: now", "safe | + posts.f (timestamp)"],
    ["", "type: uuid, default: auto, unique: true", "safe | + posts.f (uuid)"],
    ["", "type: string, default: a, unique: true", "one-row-at-most | + posts.f (string)"],
    ["", "type: string, nullable: true, unique: true", "safe | + posts.f (string)"],
    ["", "type: uuid, references: users.id, nullable: true", "safe | + posts.f (uuid)"],
    [
      "",
      "type: uuid, references: users.id, default: 0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d",
      "no-rows | + posts.f (uuid)",
    ],
    ["type: int", "", "unsafe | - posts.f (int)"],
    // Types
    ["type: int", "type: string", "no-rows | ~ posts.f int → string"],
    ["type: string", "type: text", "safe | ~ posts.f string → text"],
    ["type: uuid", "type: string", "safe | ~ posts.f uuid → string"],
    ["type: string", "type: uuid", "no-rows | ~ posts.f string → uuid"],
    // Options
    ["type: int", "type: int, nullable: true", "safe | ~ posts.f nullable false → true"],
    ["type: int, nullable: true", "type: int", "no-rows | ~ posts.f nullable true → false"],
    ["type: int", "type: int, unique: true", "no-duplicates | ~ posts.f unique false → true"],
    ["type: int, unique: true", "type: int", "safe | ~ posts.f unique true → false"],
    ["type: int", "type: int, index: true", "safe | ~ posts.f index false → true"],
    ["type: int, default: 1", "type: int, default: 2", "safe | ~ posts.f default 1 → 2"],
    ["type: int", "type: int, internal: true", "safe | ~ posts.f internal false → true"],
    ["type: string, maxLength: 5", "type: string, maxLength: 6", "safe | ~ posts.f maxLength 5 → 6"],
    ["type: string, maxLength: 5", "type: string, maxLength: 4", "no-rows | ~ posts.f maxLength 5 → 4"],
    ["type: string", "type: string, maxLength: 4", "no-rows | ~ posts.f maxLength none → 4"],
    ["type: string", "type: string, minLength: 0", "safe | ~ posts.f minLength none → 0"],
    ["type: int, min: 1", "type: int", "safe | ~ posts.f min 1 → none"],
    ["type: int, min: 1", "type: int, min: 2", "no-rows | ~ posts.f min 1 → 2"],
    ["type: string, enum: [a]", "type: string, enum: [a, b]", 'safe | ~ posts.f enum ["a"] → ["a","b"]'],
    ["type: string, enum: [a, b]", "type: string, enum: [a]", 'no-rows | ~ posts.f enum ["a","b"] → ["a"]'],
    ["type: string, enum: [a]", "type: string", 'safe | ~ posts.f enum ["a"] → none'],
    ["type: string", "type: string, enum: [a]", 'no-rows | ~ posts.f enum none → ["a"]'],
    ["type: string, maxLength: 9", "type: string, maxLength: 9, pattern: ^a", "no-rows | ~ posts.f pattern none → ^a"],
    ["type: string, format: email", "type: string", "safe | ~ posts.f format email → none"],
    ["type: json", "type: json, items: int", "no-rows | ~ posts.f schema changed"],
    ["type: uuid", "type: uuid, references: users.id", "no-rows | ~ posts.f references none → users.id"],
    ["type: uuid, references: users.id", "type: uuid", "safe | ~ posts.f references users.id → none"],
    [
      "type: uuid, references: users.id",
      "type: uuid, references: users.id, onDelete: cascade",
      "safe | ~ posts.f onDelete restrict → cascade",
    ],
    [
      "type: timestamp, default: now",
      "type: timestamp, default: now, onUpdate: now",
      "safe | ~ posts.f onUpdate none → now",
    ],
    ["type: int", "type: int, rules: { read: true }", "safe | ~ posts.f rules: read"],
  ])("from { %s } to { %s }", (from, to, expected) => {
    expect(summary(withField(from), withField(to))).toEqual([expected])
  })

  test("the order of an enum's values means nothing", () => {
    expect(summary(withField("type: string, enum: [a, b]"), withField("type: string, enum: [b, a]"))).toEqual([])
  })
})

describe("a change of a collection", () => {
  const plain = withLines("")

  test.each([
    ["", "    indexes: [{ fields: [a] }]\n", "safe | + posts index idx_posts_a (a)"],
    [
      "",
      "    indexes: [{ fields: [a, b], unique: true }]\n",
      "no-duplicates | + posts index idx_posts_a_b (a, b) unique",
    ],
    ["    indexes: [{ fields: [a] }]\n", "", "safe | - posts index idx_posts_a"],
    [
      "    indexes: [{ name: i, fields: [a] }]\n",
      "    indexes: [{ name: i, fields: [a], order: desc }]\n",
      "safe | ~ posts index i (a desc)",
    ],
    [
      "    indexes: [{ name: i, fields: [a], unique: true }]\n",
      "    indexes: [{ name: i, fields: [a, b], unique: true }]\n",
      "safe | ~ posts index i (a, b) unique",
    ],
    ["    rules: { read: true }\n", "    rules: { read: false, create: true }\n", "safe | ~ posts rules: create, read"],
    ["", "    read_in_memory: true\n", "safe | ~ posts read_in_memory false → true"],
    ["    timestamps: false\n", "    timestamps: true\n", "safe | + posts.created_at (timestamp)"],
  ])("from %j to %j", (from, to, expected) => {
    expect(summary(withLines(from), withLines(to))[0]).toBe(expected)
  })

  test("new collections come in the order of the file, removed ones last", () => {
    const other = "collections:\n  tags: { fields: { a: { type: int } } }\n"

    expect(summary(plain, other)).toEqual(["safe | + tags (4 fields)", "unsafe | - posts"])
  })

  test("another primary key is unsafe", () => {
    const other =
      "collections:\n  posts:\n    fields: { id: { type: int, primary: true, default: auto }, a: { type: int }, b: { type: int } }\n"

    expect(summary(plain, other)[0]).toBe("unsafe | ~ posts primary key id (uuid) → id (int)")
  })

  test("white space in a rule is no change", () => {
    expect(summary(withLines("    rules: { read: a  ==  b }\n"), withLines("    rules: { read: a == b }\n"))).toEqual(
      [],
    )
  })
})

test("what is not simply safe says why and what to do", () => {
  const changes = diffSchemas(requireSchema(withField("type: int")), requireSchema(withField("")))

  expect(changes[0]).toMatchObject({
    reason: expect.stringContaining("delete its values") as string,
    next: expect.stringContaining("Put posts.f back") as string,
  })
})

test("equal schemas have no differences, and every change is safe or explains itself", () => {
  fc.assert(
    fc.property(arbitrarySchema(), arbitrarySchema(), (from, to) => {
      expect(diffSchemas(from, from)).toEqual([])
      for (const change of diffSchemas(from, to)) {
        expect(change.safety === "safe").toBe(change.reason === null && change.next === null)
        expect(change.safety === "if-rows-fit").toBe(change.fits !== null)
      }
    }),
    { numRuns: 100 },
  )
})
