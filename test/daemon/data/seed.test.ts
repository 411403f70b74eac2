import { readdir } from "node:fs/promises"
import { join } from "node:path"
import { DatabaseSync } from "node:sqlite"
import { Readable } from "node:stream"
import { setImmediate } from "node:timers/promises"

import { expect, test } from "vitest"

import { isAlyxError } from "../../../src/errors.ts"
import type { AlyxError } from "../../../src/errors.ts"
import type { SeedLine } from "../../../src/protocol/data-api.ts"
import { startDataDaemon } from "./data-daemon.ts"

const blog = `
collections:
  users:
    fields:
      email: { type: string, format: email, unique: true }
      name: { type: string, default: "Nobody" }
      mentor_id: { type: uuid, references: users.id, onDelete: set null, nullable: true, index: true }
      favourite_id: { type: uuid, references: posts.id, onDelete: set null, nullable: true, index: true }
  posts:
    fields:
      slug: { type: string, unique: true }
      title: { type: string, maxLength: 40 }
      author_id: { type: uuid, references: users.id, onDelete: cascade, index: true }
      tags: { type: json, nullable: true }
  notes:
    timestamps: false
    fields:
      id: { type: int, primary: true, default: auto }
      text: { type: string }
`

async function refusal(work: Promise<unknown>): Promise<AlyxError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isAlyxError(error)) throw new Error(`was not refused: ${String(error)}`)
  return error
}

const ada = { collection: "users", data: { email: "ada@example.com", name: "Ada" } }
const linus = { collection: "users", data: { email: "linus@example.com", mentor: { email: "ada@example.com" } } }

test("references are found by name, whatever the order of the documents", async () => {
  const { seed, docs } = await startDataDaemon(blog)

  const done = await seed([
    { collection: "posts", data: { slug: "b", title: "B", author: "linus@example.com" } },
    { collection: "posts", data: { slug: "a", title: "A", author_id: { email: "ada@example.com" } } },
    linus,
    {
      collection: "users",
      data: { email: "ada@example.com", favourite: { slug: "b" }, updated_at: "2020-01-01T00:00:00.000Z" },
    },
  ])

  expect(done).toMatchObject({ created: 4, updated: 0, unchanged: 0, collections: { users: 2, posts: 2 } })
  const users = await docs("users", "sort=email")
  const posts = await docs("posts", "sort=slug")
  expect(posts.map(({ author_id }) => author_id)).toEqual([users[0]!["id"], users[1]!["id"]])
  expect(users[0]).toMatchObject({ favourite_id: posts[1]!["id"], updated_at: "2020-01-01T00:00:00.000Z" })
  expect(users[1]).toMatchObject({ mentor_id: users[0]!["id"], name: "Nobody" })
})

test("the same seed again changes nothing, and one that differs changes what differs", async () => {
  const { seed, docs } = await startDataDaemon(blog)
  const lines = [
    { collection: "posts", data: { slug: "a", title: "A", author: { email: "ada@example.com" }, tags: ["x", "y"] } },
    linus,
    { collection: "users", data: { ...ada.data, favourite: { slug: "a" } } },
    { collection: "notes", data: { text: "equal" } },
    { collection: "notes", data: { text: "equal" } },
  ]

  const first = await seed(lines)
  const before = await docs("users", "sort=email")
  const second = await seed(lines)
  const third = await seed([{ collection: "users", data: { email: "ada@example.com", name: "Ada L." } }])

  expect(first).toMatchObject({ created: 5 })
  expect(second).toMatchObject({ created: 0, updated: 0, unchanged: 5 })
  expect(third).toMatchObject({ created: 0, updated: 1, unchanged: 0 })
  const after = await docs("users", "sort=email")
  expect(after[0]).toMatchObject({ name: "Ada L.", created_at: before[0]!["created_at"] })
  expect(after[0]!["updated_at"]).not.toBe(before[0]!["updated_at"])
  expect(await docs("notes")).toHaveLength(2)
})

test("a last line that is wrong undoes everything, and is named with its place", async () => {
  const { seed, docs, client } = await startDataDaemon(blog)

  const error = await refusal(
    seed([ada, linus, { collection: "posts", data: { slug: "a", title: "x".repeat(41), author: "ada@example.com" } }]),
  )

  expect(error.code).toBe("SEED_INVALID")
  expect(error.problems).toMatchObject([{ code: "VALIDATION_ERROR", at: { file: "test", line: 3 } }])
  expect(error.message).toContain("title must have at most 40 characters")
  expect(await docs("users")).toEqual([])
  expect((await client.stats()).schema.collections.every(({ documentCount }) => documentCount === 0)).toBe(true)
})

const refusals: [line: Omit<SeedLine, "at">, message: string, next: string | undefined][] = [
  [{ collection: "user", data: {} }, "user", "Did you mean users?"],
  [{ collection: "users", data: { emial: "a@b.cd" } }, "Did you mean email?", undefined],
  [
    { collection: "posts", data: { slug: "a", title: "A", author: { email: "adda@example.com" } } },
    'users has no document with the email "adda@example.com"',
    'Did you mean "ada@example.com"?',
  ],
  [
    { collection: "posts", data: { slug: "a", title: "A", author: { name: "Ada" } } },
    "must name one document of users",
    "Give what is unique there: id, or email.",
  ],
  [
    { collection: "posts", data: { slug: "a", title: "A", author: "ada@example.com", author_id: null } },
    "author_id is given twice",
    "Leave one of them out.",
  ],
  [
    { collection: "users", data: { email: "x@example.com", mentor: { email: "nobody@example.org" } } },
    'users has no document with the email "nobody@example.org"',
    undefined,
  ],
]

test("what cannot be written is refused with its place and what to do, and leaves nothing behind", async () => {
  const { seed, docs } = await startDataDaemon(blog)

  for (const [line, message, next] of refusals) {
    const error = await refusal(seed([ada, line]))

    expect(error.problems[0]!.at).toMatchObject({ file: "test", line: 2 })
    expect(error.problems.map((problem) => problem.message).join("\n")).toContain(message)
    expect(error.problems[0]!.next).toBe(next ?? error.problems[0]!.next)
  }
  expect(await docs("users")).toEqual([])
})

test("a document that was refused is not complained of again by those that name it", async () => {
  const { seed } = await startDataDaemon(blog)

  const error = await refusal(
    seed([
      { collection: "posts", data: { slug: "a", title: "A", author: "ada@example.com" } },
      { collection: "users", data: { email: "ada@example.com", name: 5 } },
    ]),
  )

  expect(error.problems).toHaveLength(1)
  expect(error.problems[0]).toMatchObject({ at: { line: 2 }, message: "users: name must be a string." })
})

test("the changes are in the log under one request, and the counts of the status are right", async () => {
  const { seed, client, folder } = await startDataDaemon(blog)

  await seed([ada, linus])

  const { collections } = (await client.stats()).schema
  expect(collections.map(({ name, documentCount }) => [name, documentCount])).toEqual([
    ["users", 2],
    ["posts", 0],
    ["notes", 0],
  ])
  const database = new DatabaseSync(join(folder, "data", "alyx.db"), { readOnly: true })
  const changes = database.prepare("SELECT collection, operation, request_id FROM _alyx_changes").all()
  database.close()
  expect(changes).toMatchObject([
    { collection: "users", operation: "insert" },
    { collection: "users", operation: "insert" },
  ])
  expect(new Set(changes.map((change) => change["request_id"])).size).toBe(1)
  expect(changes[0]!["request_id"]).not.toBeNull()
})

test("a body that breaks off writes nothing, and leaves no file", async () => {
  const { client, docs, folder, seed } = await startDataDaemon(blog)
  const body = Readable.from(
    (async function* () {
      yield `${JSON.stringify(ada)}\n`
      await setImmediate()
      throw new Error("the client is gone")
    })(),
  )

  await expect(client.postWithProgress("/api/admin/db/seed", body, () => undefined)).rejects.toThrow()
  const after = await seed([linus, ada])

  expect(after).toMatchObject({ created: 2 })
  expect(await docs("users")).toHaveLength(2)
  expect((await readdir(join(folder, ".alyx"))).filter((name) => name.startsWith("spool-"))).toEqual([])
})

test("a seeded person has an account without a password; one that cannot be is named with its place", async () => {
  const { seed, url } = await startDataDaemon(blog)

  await seed([ada, linus])
  await seed([{ collection: "users", data: { email: "ada@example.com", name: "Ada L." } }])

  const { users } = (await (await fetch(`${url}/api/admin/users`)).json()) as { users: { id: string; email: string }[] }
  expect(users.map(({ email }) => email).toSorted()).toEqual(["ada@example.com", "linus@example.com"])
  const signingIn = await fetch(`${url}/api/auth/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ email: "ada@example.com", password: "anything at all" }),
  })
  expect(signingIn.status).toBe(401)

  const error = await refusal(seed([{ collection: "users", data: { email: "ADA@example.com" } }]))
  expect(error.problems).toMatchObject([{ code: "EMAIL_TAKEN", at: { line: 1 } }])
})
