import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { operationFromJson, operationToJson } from "../../../src/schema/migrations/operation-json.ts"
import { parseMigration } from "../../../src/schema/migrations/parse-migration.ts"
import type { Migration } from "../../../src/schema/migrations/migration.ts"
import { describeOperation } from "../../../src/schema/migrations/describe-operation.ts"
import { testSeed } from "../../helpers/scale.ts"
import { readMarked } from "../marked-text.ts"
import { badMigrations } from "./bad-migrations.ts"

const file = "migrations/002_rename_title.yaml"

function requireMigration(text: string, path = file): Migration {
  const { migration, problems } = parseMigration({ file: path, text })
  if (migration === null) throw new Error(problems.map((problem) => problem.message).join("\n"))
  return migration
}

const everything = `# a comment
version: 2
name: rename_title
description: Everything that there is

operations:
  - type: rename_field
    collection: posts
    from: title
    to: headline
  - { type: rename_collection, from: posts, to: articles }
  - { type: drop_field, collection: articles, field: old }
  - { type: drop_collection, collection: tags }
  - type: add_field
    collection: articles
    field: state
    definition: { type: string, enum: [draft, done] }
    fill: draft
  - { type: change_type, collection: articles, field: price, to: int, using: price * 100, down_using: price / 100.0 }
  - { type: set_nullable, collection: articles, field: lead, nullable: false, fill_sql: "substr(body, 1, 80)" }
  - { type: set_constraints, collection: articles, field: lead, set: { maxLength: 80, pattern: null, unique: null } }
  - type: sql
    up: |
      -- the ones that nobody reads
      DELETE FROM articles WHERE state = 'old';
    down: |
      -- No rollback needed
`

describe("a migration file", () => {
  test("is understood in full", () => {
    const migration = requireMigration(everything)

    expect(migration).toMatchObject({ number: 2, name: "rename_title", description: "Everything that there is", file })
    expect(migration.operations.map(operationToJson)).toEqual([
      { type: "rename_field", collection: "posts", from: "title", to: "headline" },
      { type: "rename_collection", from: "posts", to: "articles" },
      { type: "drop_field", collection: "articles", field: "old" },
      { type: "drop_collection", collection: "tags" },
      {
        type: "add_field",
        collection: "articles",
        field: "state",
        definition: { type: "string", enum: ["draft", "done"] },
        fill: { kind: "value", value: "draft" },
      },
      {
        type: "change_type",
        collection: "articles",
        field: "price",
        to: "int",
        using: "price * 100",
        downUsing: "price / 100.0",
      },
      {
        type: "set_nullable",
        collection: "articles",
        field: "lead",
        nullable: false,
        fill: { kind: "sql", expression: "substr(body, 1, 80)" },
      },
      {
        type: "set_constraints",
        collection: "articles",
        field: "lead",
        set: { maxLength: 80, pattern: null, unique: false },
        fill: null,
      },
      {
        type: "sql",
        up: "-- the ones that nobody reads\nDELETE FROM articles WHERE state = 'old';\n",
        down: "",
      },
    ])
    expect(migration.operations[0]?.at).toEqual({ file, line: 7, column: 11, length: 12 })
  })

  test("is described in a line an operation", () => {
    expect(requireMigration(everything).operations.map(describeOperation)).toEqual([
      "posts.title → posts.headline",
      "posts → articles",
      "- articles.old",
      "- tags",
      '+ articles.state (string), filled with "draft"',
      "~ articles.price → int, using price * 100",
      "~ articles.lead required, null becomes substr(body, 1, 80)",
      "~ articles.lead maxLength 80, pattern none, unique false",
      "sql: DELETE FROM articles WHERE state = 'old';",
    ])
  })

  test("comes back from the JSON of the history equal", () => {
    for (const operation of requireMigration(everything).operations) {
      const json = operationToJson(operation)

      expect(operationFromJson(JSON.parse(JSON.stringify(json)))).toEqual(json)
    }
    expect(() => operationFromJson({ type: "constructor" })).toThrow("damaged")
  })

  test.each([
    ["sql that cannot be undone", "- { type: sql, up: DELETE FROM a }", null],
    ["sql that needs not be undone", '- { type: sql, up: DELETE FROM a, down: "" }', ""],
    ["sql whose down is comments", "- { type: sql, up: DELETE FROM a, down: '/* no */ ; -- nothing' }", ""],
    [
      "sql with a down",
      "- { type: sql, up: DELETE FROM a, down: INSERT INTO a VALUES (1) }",
      "INSERT INTO a VALUES (1)",
    ],
  ])("tells %s", (_, item, down) => {
    expect(requireMigration(`operations:\n  ${item}\n`).operations[0]).toMatchObject({ down })
  })

  test("may say neither version nor name, and have nothing but comments below operations", () => {
    expect(requireMigration("operations:\n  # - type: sql\n")).toMatchObject({ number: 2, operations: [] })
  })
})

function checksumWithDefault(given: string): string {
  const definition = `{ type: string, default: ${given} }`
  return requireMigration(`operations:\n  - { type: add_field, collection: a, field: b, definition: ${definition} }\n`)
    .checksum
}

describe("the checksum", () => {
  const plain = "operations:\n  - { type: rename_field, collection: a, from: b, to: c }\n"

  test("does not change with comments, the description, the number or the order of keys", () => {
    const other =
      "# hello\nversion: 7\ndescription: x\noperations:\n\n  - { to: c, from: b, collection: a, type: rename_field }\n"

    expect(requireMigration(other, "migrations/0007_rename_title.yaml").checksum).toBe(requireMigration(plain).checksum)
  })

  test("changes with the name and with what is done", () => {
    const { checksum } = requireMigration(plain)

    expect(requireMigration(plain, "migrations/002_other.yaml").checksum).not.toBe(checksum)
    expect(requireMigration(plain.replace("to: c", "to: d")).checksum).not.toBe(checksum)
  })

  test("tells a word in quotes from a keyword", () => {
    expect(checksumWithDefault('"auto"')).not.toBe(checksumWithDefault("auto"))
  })
})

describe("a migration file with one problem", () => {
  test.each(badMigrations)("$name is reported once, with its place and what to do", (bad) => {
    const { text, line, column } = readMarked(bad.text)

    const { migration, problems } = parseMigration({ file, text })

    expect(migration).toBeNull()
    expect(problems.map((problem) => problem.code)).toEqual([bad.code])
    const [problem] = problems
    expect(problem?.at).toMatchObject({ file, line, column })
    expect(problem?.message).toContain(bad.says ?? "")
    expect(problem?.message).toMatch(/\.$/)
    expect(problem?.next ?? "").toContain(bad.next ?? "")
  })

  test("two problems are both reported, in the order of the file", () => {
    const text = "version: 9\noperations:\n  - { type: sql }\n  - { type: drop }\n"

    expect(parseMigration({ file, text }).problems.map((problem) => problem.at?.line)).toEqual([1, 3, 4])
  })

  test.each(["migrations/rename.yaml", "migrations/1234567890_x.yaml", "migrations/000_x.yaml", "migrations/2_ä.yaml"])(
    "%s is no name of a migration",
    (path) => {
      expect(parseMigration({ file: path, text: "operations: []\n" }).problems).toMatchObject([
        { code: "FILE_NAME_INVALID", next: expect.stringMatching(/Name it like 002_[a-z_]+\.yaml/) as string },
      ])
    },
  )

  test("too long a file and too many operations are refused", () => {
    const many = `operations:\n${"  - { type: drop_collection, collection: a }\n".repeat(1001)}`

    expect(parseMigration({ file, text: many }).problems).toMatchObject([{ code: "TOO_MANY" }])
    expect(parseMigration({ file, text: "#".repeat(1_000_001) }).problems).toMatchObject([{ code: "FILE_TOO_LARGE" }])
  })
})

test("a file that was bent anywhere is answered, never a crash", () => {
  const piece = fc.constantFrom(
    "",
    "{",
    "[",
    ": ",
    "- ",
    "null",
    "1e999",
    "*a",
    "&a",
    "'",
    "\t",
    "__proto__: 1",
    "😀",
    "\n  ",
  )
  fc.assert(
    fc.property(fc.nat(everything.length), fc.nat(40), piece, (at, length, put) => {
      const text = everything.slice(0, at) + put + everything.slice(at + length)

      const { migration, problems } = parseMigration({ file, text })

      expect(migration === null).toBe(problems.length > 0)
      for (const { at: place } of problems) expect(place?.file).toBe(file)
    }),
    { numRuns: 300, seed: testSeed() },
  )
})
