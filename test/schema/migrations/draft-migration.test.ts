import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { diffSchemas } from "../../../src/schema/diff.ts"
import { applyOperation } from "../../../src/schema/migrations/apply-operation.ts"
import { draftMigration } from "../../../src/schema/migrations/draft-migration.ts"
import type { DraftAnswer } from "../../../src/schema/migrations/draft-text.ts"
import type { Migration } from "../../../src/schema/migrations/migration.ts"
import { parseMigration } from "../../../src/schema/migrations/parse-migration.ts"
import type { Schema } from "../../../src/schema/schema.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { arbitrarySchema, requireSchema } from "../arbitrary-schema.ts"

const applied = requireSchema(`collections:
  users:
    fields:
      name: { type: string, nullable: true }
      age: { type: int, default: 4 }
      bio: { type: text, nullable: true }
      old: { type: json }
      score: { type: int }
  posts:
    fields:
      user_id: { type: uuid, references: users.id }
      title: { type: string, maxLength: 200 }
  tags: { fields: { label: { type: string } } }
  cats: { fields: { label: { type: string }, tag_id: { type: uuid, references: tags.id } } }
`)

const written = requireSchema(`collections:
  users:
    fields:
      display_name: { type: string, nullable: true }
      age: { type: string, default: "4" }
      bio: { type: text, minLength: 3 }
      code: { type: string, unique: true }
      state: { type: string, enum: [draft, "on"], default: draft, nullable: true }
      boss_id: { type: uuid, references: users.id, nullable: true }
      points: { type: int }
  articles:
    fields:
      user_id: { type: uuid, references: users.id }
      title: { type: string, maxLength: 200 }
  dogs: { fields: { name: { type: string, primary: true } } }
`)

function parsed(text: string, name = "big_change"): Migration {
  const { migration, problems } = parseMigration({ file: `migrations/007_${name}.yaml`, text })
  if (migration === null) throw new Error(`${problems.map((problem) => problem.message).join("\n")}\n${text}`)
  return migration
}

function fold(from: Schema, migration: Migration): Schema {
  return migration.operations.reduce((schema, operation) => {
    const step = applyOperation(schema, operation)
    if (!step.ok) throw new Error(step.problem.message)
    return step.effect.schema
  }, from)
}

/** Takes the # away from the lines of one answer, as a person does. */
function activate(text: string, from: string): string {
  const lines = text.split("\n")
  const start = lines.findIndex((line) => line.includes(from)) + 1
  const end = lines.findIndex((line, at) => at >= start && !/^ {2}# (?:- |  )/.test(line))
  return [
    ...lines.slice(0, start),
    ...lines.slice(start, end).map((line) => line.replace("# ", "")),
    ...lines.slice(end),
  ].join("\n")
}

describe("a draft", () => {
  test("leaves renames as questions, with both answers ready", async () => {
    const draft = draftMigration({ applied, written, name: "big_change", number: 7 })

    await expect(draft.text).toMatchFileSnapshot("golden/questions.yaml")
    expect(draft.questions.map((question) => question.id)).toEqual([
      "posts:articles",
      "users.name:users.display_name",
      "users.score:users.points",
    ])
    expect(draft.impossible).toEqual([])
    expect(parsed(draft.text).operations.some(({ type }) => type.startsWith("rename"))).toBe(false)
  })

  test("takes the answers, and is then complete", async () => {
    const answers = {
      "posts:articles": "rename",
      "users.name:users.display_name": "rename",
      "users.score:users.points": "drop",
    } as const
    const draft = draftMigration({ applied, written, name: "big_change", number: 7, answers })

    await expect(draft.text).toMatchFileSnapshot("golden/answered.yaml")
    expect(draft.questions).toEqual([])
    const left = diffSchemas(fold(applied, parsed(draft.text)), written)
    expect(left.filter((change) => change.safety !== "safe")).toEqual([])
  })

  test("says what no operation can do", async () => {
    const from = requireSchema(`collections:
  a: { fields: { key: { type: int, primary: true, default: auto }, n: { type: int } } }
  b: { fields: { a_id: { type: int, references: a.key }, m: { type: json } } }
`)
    const to = requireSchema(`collections:
  a: { fields: { id: { type: uuid, primary: true, default: auto }, n: { type: int, unique: true } } }
  b: { fields: { a_id: { type: int }, m: { type: json, items: string } }, indexes: [{ fields: [a_id], unique: true }] }
`)
    const draft = draftMigration({ applied: from, written: to, name: "key", number: 1 })

    await expect(draft.text).toMatchFileSnapshot("golden/by-hand.yaml")
    expect(draft.impossible).toEqual(["~ a primary key key (int) → id (uuid)", "+ a.id (uuid)", "- a.key (int)"])
    expect(parseMigration({ file: "migrations/001_key.yaml", text: draft.text }).problems).toEqual([])
  })

  test("of equal schemas is a file to begin with", async () => {
    const draft = draftMigration({ applied, written: applied, name: "clean_up", number: 12 })

    await expect(draft.text).toMatchFileSnapshot("golden/empty.yaml")
    expect(parseMigration({ file: "migrations/012_clean_up.yaml", text: draft.text }).problems).toEqual([])
  })

  test.each([
    ["Yes, it was renamed", "users.name → users.display_name"],
    ["No, users.name is to go", "- users.name"],
  ])("is answered by taking the # away: %s", (line, expected) => {
    const { text } = draftMigration({ applied, written, name: "big_change", number: 7 })
    const at = text.indexOf("was users.name renamed")

    const { operations } = parsed(text.slice(0, at) + activate(text.slice(at), line))

    const [step] = operations.map((operation) => applyOperation(applied, operation))
    expect(step).toMatchObject({ ok: true, effect: { line: expected } })
  })

  test("leaves out what the rows allow", () => {
    const unsafe = diffSchemas(applied, written).filter((change) => change.safety === "unsafe")
    const { text } = draftMigration({ applied, written, name: "big_change", number: 7, changes: unsafe })

    expect(parsed(text).operations.map(({ type }) => type)).toEqual([
      "drop_field",
      "drop_collection",
      "drop_collection",
    ])
  })

  test("drops collections that reference each other", () => {
    const from = requireSchema(`collections:
  a: { fields: { b_id: { type: uuid, references: b.id, nullable: true }, x: { type: int } } }
  b: { fields: { a_id: { type: uuid, references: a.id, nullable: true }, y: { type: int } } }
`)
    const draft = draftMigration({ applied: from, written: requireSchema(""), name: "big_change", number: 7 })

    expect(draft.impossible).toEqual([])
    expect(fold(from, parsed(draft.text)).collections.size).toBe(0)
  })

  test("asks about the most similar names, each once", () => {
    const from = requireSchema("collections:\n  a: { fields: { title: { type: text }, body: { type: text } } }\n")
    const to = requireSchema(
      "collections:\n  a: { fields: { bodies: { type: text }, titel: { type: text }, x: { type: text } } }\n",
    )

    expect(draftMigration({ applied: from, written: to, name: "n", number: 1 }).questions.map(({ id }) => id)).toEqual([
      "a.title:a.titel",
      "a.body:a.bodies",
    ])
  })
})

test("a draft with answers leads to the written schema, but for what it declares as impossible", () => {
  fc.assert(
    fc.property(
      fc.tuple(arbitrarySchema(), arbitrarySchema(), fc.infiniteStream(fc.constantFrom<DraftAnswer>("rename", "drop"))),
      ([from, to, stream]) => {
        const target = mixed(from, to)
        const request = { applied: from, written: target, name: "big_change", number: 7 }
        const answers: Record<string, DraftAnswer> = {}
        let draft = draftMigration(request)
        // A collection that was renamed may bring questions about its fields.
        for (let round = 0; draft.questions.length > 0; round += 1) {
          expect(round).toBeLessThan(3)
          fold(from, parsed(draft.text))
          for (const { id } of draft.questions) answers[id] = stream.next().value as DraftAnswer
          draft = draftMigration({ ...request, answers })
        }

        const left = diffSchemas(fold(from, parsed(draft.text)), target)

        const unsafe = left.filter((change) => change.safety === "unsafe")
        expect(draft.impossible.toSorted()).toEqual(unsafe.map((change) => change.message).toSorted())
        if (unsafe.some((change) => change.kind !== "change-primary-key")) {
          // Only another primary key, and references to what is to go, keep a draft from being whole.
          expect(unsafe.some(isOfKeyOrReferenced(fold(from, parsed(draft.text))))).toBe(true)
        }
      },
    ),
    { numRuns: scaled(1_000, 30), seed: testSeed() },
  )
})

function isOfKeyOrReferenced(schema: Schema): (change: ReturnType<typeof diffSchemas>[number]) => boolean {
  const targets = [...schema.collections.values()].flatMap(({ fields }) =>
    [...fields.values()].flatMap(({ references }) => references?.collection ?? []),
  )
  return (change) => change.kind === "change-primary-key" || targets.includes(change.collection)
}

/** Another schema in which some collections have the names of the first one, so that their fields are compared. */
function mixed(from: Schema, to: Schema): Schema {
  const names = [...from.collections.keys()]
  return [...to.collections.keys()].reduce((schema, name, position) => {
    const other = names[position]
    if (other === undefined || position % 2 === 1 || schema.collections.has(other)) return schema
    const step = applyOperation(schema, { type: "rename_collection", from: name, to: other })
    return step.ok ? step.effect.schema : schema
  }, to)
}
