import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { getRecord } from "../../../src/daemon/records/get.ts"
import { listRecords } from "../../../src/daemon/records/list.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import { ownerCaller } from "../../helpers/owner-caller.ts"
import { blogYaml, openRecords, refusal } from "./open-records.ts"
import type { Doc, TestRecords } from "./open-records.ts"

let records: TestRecords
let ada: Doc
let bob: Doc
let posts: Doc[]

beforeAll(async () => {
  records = await openRecords(blogYaml)
  ada = await records.create("users", { email: "ada@example.test", name: "Ada", password_hash: "x" })
  bob = await records.create("users", { email: "bob@example.test" })
  posts = []
  for (const [index, author] of [ada, ada, bob].entries()) {
    posts.push(await records.create("posts", { title: `Post ${index}`, slug: `p${index}`, author_id: author["id"] }))
  }
  for (const [index, post] of [posts[0], posts[0], posts[2]].entries()) {
    const author = index === 1 ? bob : ada
    await records.create("comments", { post_id: post!["id"], author_id: author["id"], content: `Comment ${index}` })
  }
})

afterAll(() => records.database.remove())

const id = (doc: Doc | undefined): string => String(doc?.["id"])

describe("expand", () => {
  test("follows a reference, by the relation's name and by the field's", async () => {
    const expanded = await records.get("posts", id(posts[0]), "expand=author")

    expect(expanded).toEqual({ ...posts[0], author: ada })
    expect(await records.get("posts", id(posts[0]), "expand=author_id")).toEqual(expanded)
  })

  test("puts a document in the place of a reference whose name it has", async () => {
    const own = await openRecords(
      "collections: { users: { fields: { name: { type: string } } }, posts: { fields: { author: { type: uuid, references: users.id } } } }",
    )
    const user = await own.create("users", { name: "Ada" })
    const post = await own.create("posts", { author: user["id"] })
    expect((await own.listText("posts", "expand=author")).match(/"author":/g)).toHaveLength(1)
    expect(await own.get("posts", id(post), "expand=author")).toEqual({ ...post, author: user })
    expect(await own.get("posts", id(post), "fields=author")).toEqual({ author: user["id"] })
    await own.database.remove()
  })

  test("never shows internal fields of what it follows", async () => {
    expect(JSON.stringify(await records.list("posts", "expand=author.comments.author"))).not.toContain("password_hash")
  })

  test("follows references back, in the order of the primary key", async () => {
    const expanded = await records.get("posts", id(posts[0]), "expand=comments")

    expect(expanded["comments"]).toMatchObject([{ content: "Comment 0" }, { content: "Comment 1" }])
    expect((await records.get("posts", id(posts[1]), "expand=comments"))["comments"]).toEqual([])
  })

  test("follows three levels forward and back, and several paths at once", async () => {
    const [user] = (await records.list("users", "expand=posts.comments.author,comments&sort=email")).docs

    expect(user).toMatchObject({
      email: "ada@example.test",
      posts: [
        {
          title: "Post 0",
          comments: [
            { content: "Comment 0", author: { name: "Ada" } },
            { content: "Comment 1", author: { email: "bob@example.test", name: null } },
          ],
        },
        { title: "Post 1", comments: [] },
      ],
      comments: [{ content: "Comment 0" }, { content: "Comment 2" }],
    })
  })

  test("follows forward, forward and back again", async () => {
    const comment = await records.get("comments", "3", "expand=post.author.posts")

    expect(comment).toMatchObject({ post: { author: { email: "bob@example.test", posts: [{ title: "Post 2" }] } } })
  })

  test("values keep their types inside expanded documents", async () => {
    const body = {
      title: "Typed",
      slug: "typed",
      author_id: ada["id"],
      published: true,
      tags: { a: [1, "x"] },
      rating: 0.1,
      cover: "AAEC",
    }
    const post = await records.create("posts", body)
    const comment = await records.create("comments", { post_id: post["id"], author_id: ada["id"], content: "x" })

    expect((await records.get("comments", id(comment), "expand=post"))["post"]).toEqual(post)
    expect((await records.get("users", id(ada), "expand=posts"))["posts"]).toContainEqual(post)
    await records.delete("posts", id(post))
  })

  test("a reference to nothing is null", async () => {
    const nullable = await openRecords(`
collections:
  nodes:
    fields:
      parent_id: { type: uuid, references: nodes.id, onDelete: set null, nullable: true }
      label: { type: string }
`)
    const root = await nullable.create("nodes", { label: "root" })
    const leaf = await nullable.create("nodes", { label: "leaf", parent_id: root["id"] })

    expect((await nullable.get("nodes", id(root), "expand=parent"))["parent"]).toBeNull()
    expect(await nullable.get("nodes", id(leaf), "expand=parent.nodes")).toMatchObject({
      parent: { label: "root", nodes: [{ label: "leaf" }] },
    })
    await nullable.database.remove()
  })

  test("two references to one collection are told apart by the field", async () => {
    const mail = await openRecords(`
collections:
  people:
    timestamps: false
    fields:
      id: { type: string, primary: true }
  letters:
    timestamps: false
    fields:
      id: { type: string, primary: true }
      from_id: { type: string, references: people.id }
      to_id: { type: string, references: people.id }
`)
    for (const person of ["a", "b"]) await mail.create("people", { id: person })
    await mail.create("letters", { id: "l", from_id: "a", to_id: "b" })

    expect(await mail.get("people", "a", "expand=letters(from_id),letters(to_id)")).toMatchObject({
      "letters(from_id)": [{ id: "l" }],
      "letters(to_id)": [],
    })
    expect(await mail.get("letters", "l", "expand=from,to_id")).toMatchObject({ from: { id: "a" }, to: { id: "b" } })
    expect((await refusal(() => mail.get("people", "a", "expand=letters"))).next).toContain("letters(from_id)")
    await mail.database.remove()
  })

  test("a back relation brings at most 100 documents", async () => {
    const author = await records.create("users", { email: "many@example.test" })
    const create = Array.from({ length: 105 }, (_, index) => ({
      op: "create",
      collection: "posts",
      data: { title: "x", slug: `many-${index}`, author_id: author["id"] },
    }))
    const made = await records.batch(create)

    const expanded = (await records.get("users", id(author), "expand=posts"))["posts"] as Doc[]

    expect(expanded.map(id)).toEqual(made.slice(0, 100).map(id))
    await records.delete("users", id(author))
  })
})

describe("what expand refuses", () => {
  test.each([
    ["expand=nope", "UNKNOWN_RELATION"],
    ["expand=title", "UNKNOWN_RELATION"],
    ["expand=__proto__", "UNKNOWN_RELATION"],
    ["expand=author.nope", "UNKNOWN_RELATION"],
    ["expand=author,", "UNKNOWN_RELATION"],
    ["expand=author..posts", "UNKNOWN_RELATION"],
    ["expand=author.posts.author.posts", "TOO_MANY"],
    [`expand=${"author.".repeat(3000)}`, "TOO_MANY"],
  ])("%s", async (query, code) => {
    const error = await refusal(() => records.list("posts", query))

    expect(error).toMatchObject({ code: "INVALID_QUERY", problems: [{ code }] })
  })

  test("more relations than the limit", async () => {
    const narrow = await openRecords(blogYaml, { limits: { expandCountMax: 2 } })

    const error = await refusal(() => narrow.list("posts", "expand=author,comments,comments.author"))

    expect(error.problems).toMatchObject([{ code: "TOO_MANY" }])
    await narrow.database.remove()
  })

  test("a relation over an internal field", async () => {
    const hidden = await openRecords(`
collections:
  a: { fields: { n: { type: int } } }
  b: { fields: { a_id: { type: uuid, references: a.id, internal: true } } }
`)
    expect((await refusal(() => hidden.list("b", "expand=a"))).problems).toMatchObject([{ code: "UNKNOWN_RELATION" }])
    expect((await refusal(() => hidden.list("a", "expand=b"))).problems).toMatchObject([{ code: "UNKNOWN_RELATION" }])
    await hidden.database.remove()
  })
})

describe("an answer that would hold too many documents", () => {
  test("is refused only when it really does", async () => {
    const narrow = await openRecords(blogYaml, { limits: { answerDocumentMax: 10 } })
    const author = await narrow.create("users", { email: "a@example.test" })
    for (let post = 0; post < 3; post += 1) {
      const { id: postId } = await narrow.create("posts", { title: "x", slug: `s${post}`, author_id: author["id"] })
      for (let comment = 0; comment < 2; comment += 1) {
        await narrow.create("comments", { post_id: postId, author_id: author["id"], content: "x" })
      }
    }

    expect((await narrow.list("users", "expand=posts.comments")).docs).toHaveLength(1)
    expect((await narrow.get("users", id(author), "expand=posts.comments"))["posts"]).toHaveLength(3)
    await narrow.create("posts", { title: "x", slug: "more", author_id: author["id"] })
    for (const action of [
      () => narrow.list("users", "expand=posts.comments"),
      () => narrow.list("users", "expand=posts.comments&cursor="),
      () => narrow.get("users", id(author), "expand=posts.comments"),
      () => narrow.update("users", id(author), { name: "x" }, { query: "expand=posts.comments" }),
    ]) {
      expect(await refusal(action)).toMatchObject({ code: "INVALID_QUERY", problems: [{ code: "TOO_MANY" }] })
    }
    expect((await narrow.get("users", id(author)))["name"]).toBeNull()
    await narrow.database.remove()
  })
})

describe("relations that bring many documents", () => {
  let large: TestRecords

  beforeAll(async () => {
    large = await openRecords(`
collections:
  users: { timestamps: false, fields: { id: { type: int, primary: true } } }
  posts:
    timestamps: false
    fields:
      id: { type: int, primary: true }
      rank: { type: int }
      user_id: { type: int, references: users.id }
      peer_id: { type: int, references: users.id }
    indexes: [{ fields: [user_id, rank] }]
`)
    const count = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)"
    await large.database.database.write((transaction) => {
      transaction.run({ sql: `${count} INSERT INTO users (id) SELECT i FROM n`, parameters: [50] })
      const sql = `${count} INSERT INTO posts (id, rank, user_id, peer_id) SELECT i, -i, 1 + i % 50, 1 + i % 50 FROM n`
      transaction.run({ sql, parameters: [100_000] })
    })
  })

  afterAll(() => large.database.remove())

  const frame = () => ({ schema: large.schema, caller: ownerCaller("req_slow", "127.0.0.1") })

  test("are read by another process, whether a list or a document brings them", async () => {
    const page = listRecords(large.parts, { ...frame(), collection: "users", query: [["expand", "posts(user_id)"]] })
    const query = [["expand", "posts(peer_id).user.posts(user_id)"]] as const
    const single = getRecord(large.parts, { ...frame(), collection: "users", id: "1", query })

    expect(page).toBeInstanceOf(Promise)
    expect(single).toBeInstanceOf(Promise)
    const { docs } = JSON.parse(String(await page)) as { docs: Doc[] }
    expect((docs[1]!["posts(user_id)"] as Doc[]).map((doc) => doc["id"])).toEqual(
      Array.from({ length: 100 }, (_, index) => 1 + 50 * index),
    )
    expect((await large.get("users", "1", "expand=posts(peer_id)"))["posts(peer_id)"] as Doc[]).toHaveLength(100)
    await single
  })

  test("are found without a sort by the index of a reference", () => {
    const sql = "SELECT rowid FROM posts WHERE alyx_step() AND peer_id = ? ORDER BY id LIMIT 100"
    const plan = large.database.database.read((reader) =>
      reader.all<{ detail: string }>(sqlQuery(`EXPLAIN QUERY PLAN ${sql}`)),
    )

    expect(plan.map(({ detail }) => detail).join()).not.toContain("TEMP B-TREE")
  })

  test("too many of them are refused by another process, too", async () => {
    const query = [
      ["expand", "user.posts(peer_id).peer,peer.posts(user_id).peer"],
      ["limit", "500"],
    ] as const
    const page = listRecords(large.parts, { ...frame(), collection: "posts", query })

    expect(page).toBeInstanceOf(Promise)
    expect((await refusal(() => page)).code).toBe("INVALID_QUERY")
  })
})
