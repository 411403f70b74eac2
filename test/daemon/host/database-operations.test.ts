import { afterEach, beforeEach, describe, expect, test } from "vitest"

import type { DatabaseOperation } from "../../../src/functions/guest-abi.ts"
import { callerOf, hostYaml, openHost } from "./host-fixture.ts"
import type { TestCall, TestHost } from "./host-fixture.ts"

let fixture: TestHost
let ada: TestCall
let bob: TestCall
let root: TestCall

type Rest = DatabaseOperation extends infer One ? (One extends unknown ? Omit<One, "op" | "collection"> : never) : never

const posts = (rest: Rest): DatabaseOperation => ({ op: "db", collection: "posts", ...rest })
const users = (rest: Rest): DatabaseOperation => ({ op: "db", collection: "users", ...rest })

const raw = (text: string) => ({ $raw: text })
const titled = (text: string) =>
  posts({ action: "update", key: "a2", asAdmin: true, data: { title: raw(text) } } as never)

beforeEach(async () => {
  fixture = await openHost(hostYaml)
  ada = fixture.call({ caller: callerOf("ada") })
  bob = fixture.call({ caller: callerOf("bob") })
  root = fixture.call({ manifest: { privileged: true }, caller: callerOf(null) })
  for (const id of ["ada", "bob"]) {
    await ada.ask(users({ action: "create", data: { id, name: id, salary: 100, secret: "of the firm" } }))
  }
  for (const index of [1, 2, 3]) {
    const data = { id: `a${index}`, title: `ada ${index}`, author_id: "ada", views: index, published: index === 1 }
    await ada.ask(posts({ action: "create", data }))
  }
  await bob.ask(posts({ action: "create", data: { id: "b1", title: "bob 1", author_id: "bob", published: true } }))
})

afterEach(() => fixture.remove())

const idsOf = (page: unknown): unknown[] => (page as { docs: { id: unknown }[] }).docs.map(({ id }) => id)

describe("reading", () => {
  test("documents are those that the caller may read, and only their visible fields", async () => {
    const page = await bob.ask(posts({ action: "list", options: { sort: "id" } }))
    const user = await bob.ask(users({ action: "get", key: "ada" }))

    expect(idsOf(page)).toEqual(["a1", "b1"])
    expect(page).toMatchObject({ total: 2, limit: 50, offset: 0 })
    expect(user).toEqual({ id: "ada", name: "ada", post_count: 0 })
    expect((await bob.refusal(posts({ action: "get", key: "a2" }))).code).toBe("DOCUMENT_NOT_FOUND")
  })

  test.each([
    ["an object", { views: { $gte: 2 } }],
    ["a text", "views:gte:2"],
    ["texts", ["views:gte:2", "author_id:eq:ada"]],
  ])("a filter may be %s", async (_name, filter) => {
    const options = { filter, sort: ["-views"], fields: ["id"], skipTotal: true, limit: 1, offset: 1 }

    expect(idsOf(await ada.ask(posts({ action: "list", options: { ...options, limit: 5, offset: 0 } })))).toEqual([
      "a3",
      "a2",
    ])
    expect(await ada.ask(posts({ action: "list", options }))).toEqual({
      docs: [{ id: "a2" }],
      total: null,
      limit: 1,
      offset: 1,
    })
  })

  test("cursors walk, relations are expanded", async () => {
    const first = (await ada.ask(posts({ action: "list", options: { cursor: "", limit: 3, expand: "author" } }))) as {
      next_cursor: string
      docs: { author: unknown }[]
    }
    const second = await ada.ask(posts({ action: "list", options: { cursor: first.next_cursor, limit: 3 } }))

    expect(first.docs).toHaveLength(3)
    expect(first.docs[0]!.author).toMatchObject({ id: "ada", salary: 100 })
    expect(idsOf(second)).toHaveLength(1)
  })

  test("first is a document or null, count a number", async () => {
    await ada.ask(posts({ action: "update", key: "a1", data: { tags: { text: '],"total":7' } } }))

    const tagged = await ada.ask(posts({ action: "first", options: { filter: { id: "a1" }, fields: ["tags"] } }))
    expect(tagged).toEqual({ tags: { text: '],"total":7' } })
    expect(await ada.ask(posts({ action: "first", options: { filter: { views: 99 } } }))).toBeNull()
    expect(await ada.ask(posts({ action: "count" }))).toBe(4)
    expect(await bob.ask(posts({ action: "count", options: { filter: { author_id: "ada" } } }))).toBe(1)
  })

  test.each([
    [{ action: "list", options: { limits: 3 } }, "INVALID_QUERY"],
    [{ action: "list", options: { filter: [1] } }, "INVALID_FILTER"],
    [{ action: "list", options: { filter: { nothing: 1 } } }, "INVALID_FILTER"],
    [{ action: "list", options: { limit: { $gt: 1 } } }, "INVALID_QUERY"],
    [{ action: "list", options: "all" }, "INVALID_QUERY"],
    [{ action: "count", options: { limit: 1 } }, "INVALID_QUERY"],
    [{ action: "get", key: { $ne: null } }, "BAD_REQUEST"],
    [{ action: "drop" }, "BAD_REQUEST"],
    [{ action: "updateMany", data: {} }, "BAD_REQUEST"],
    [{ action: "deleteMany" }, "BAD_REQUEST"],
    [{ action: "deleteMany", filter: [] }, "BAD_REQUEST"],
  ])("%j is refused as %s", async (rest, code) => {
    expect((await ada.refusal(posts(rest as never))).code).toBe(code)
  })
})

describe("writing", () => {
  test("follows the rules of the caller, who is the one of the call", async () => {
    const stolen = await bob.refusal(posts({ action: "update", key: "a1", data: { title: "mine" } }))
    const forged = await bob.refusal(posts({ action: "create", data: { title: "x", author_id: "ada" } }))
    const changed = await ada.ask(posts({ action: "update", key: "a1", data: { title: "new" } }))
    await ada.ask(posts({ action: "delete", key: "a1" }))

    expect([stolen.code, forged.code]).toEqual(["FORBIDDEN", "FORBIDDEN"])
    expect(changed).toMatchObject({ id: "a1", title: "new", author_id: "ada" })
    expect((await ada.refusal(posts({ action: "delete", key: "a1" }))).code).toBe("DOCUMENT_NOT_FOUND")
  })

  test("an admin acts only where the manifest says so, and the refusal names the line", async () => {
    const asAdmin = posts({ action: "update", key: "a1", asAdmin: true, data: { title: "by an admin" } } as never)

    const refused = await bob.refusal(asAdmin)

    expect(refused.code).toBe("NOT_PRIVILEGED")
    expect(refused.next).toContain('"privileged: true" to functions/work.yaml')
    expect(await root.ask(asAdmin)).toMatchObject({ title: "by an admin" })
    expect((await root.refusal(posts({ action: "update", key: "a1", data: {} }))).code).toBe("UNAUTHENTICATED")
  })

  test("changes carry the request of the call", async () => {
    const call = fixture.call({ caller: callerOf("ada", "req_of_the_call") })
    await call.ask(posts({ action: "update", key: "a1", data: { views: 9 } }))

    const [change] = fixture.records.database.database.read((reader) =>
      reader.all({ sql: "SELECT doc_id, request_id FROM _alyx_changes ORDER BY seq DESC LIMIT 1", parameters: [] }),
    )
    expect({ ...change }).toEqual({ doc_id: "a1", request_id: "req_of_the_call" })
  })

  test("a document that was changed meanwhile is not written with If-Match", async () => {
    const refused = await ada.refusal(posts({ action: "update", key: "a1", data: { views: 1 }, ifMatch: '"other"' }))

    expect(refused.code).toBe("PRECONDITION_FAILED")
  })
})

const views = async (text: string): Promise<unknown> =>
  ((await ada.ask(posts({ action: "update", key: "a2", data: { views: raw(text) } }))) as { views: unknown }).views

describe("expressions", () => {
  test.each([
    ["views + 1", 3],
    ["views * 10 - 4 / 2", 18],
    ["7 / 2", 3],
    ["-(views + 2) * -3", 12],
    ["10 % 4 + (views = 2)", 3],
    ["views > 1 AND NOT published", 1],
    ["views IS NOT NULL", 1],
    ["(rating IS NULL) + 1", 2],
    ["1 + 2 * 3 - 4 - 5", -2],
    ["'12' || '3' + 0", 123],
    ['"views" <> 2 OR TRUE', 1],
  ])("%s is %d", async (text, expected) => {
    expect(await views(text)).toBe(expected)
  })

  test("all of them see the document as it was, and other types come out right", async () => {
    const data = {
      views: raw("views + 40"),
      title: raw("title || ' of ' || views"),
      published: raw("views = 2"),
      rating: raw("views / 4.0"),
      tags: raw(`'{"n":' || views || '}'`),
      at: "2026-01-02T03:04:05Z",
    }

    expect(await ada.ask(posts({ action: "update", key: "a2", data }))).toMatchObject({
      views: 42,
      title: "ada 2 of 2",
      published: true,
      rating: 0.5,
      tags: { n: 2 },
      at: "2026-01-02T03:04:05.000Z",
    })
  })

  test.each([
    ["views +", "A value is missing at the end"],
    ["views + vues", 'There is no field "vues"'],
    ["views views", '"views" is not expected here'],
    ["(views", ") is missing"],
    ["views; DROP TABLE posts", '";" means nothing here'],
    ["'open", "never closed"],
    ["?", "? stands for a value that nobody gives"],
    ["abs(views)", 'needs "privileged: true"'],
    ["secret", 'There is no field "secret"'],
    [`${"(".repeat(60)}1${")".repeat(60)}`, "nested too deeply"],
    [`1${" + 1".repeat(400)}`, "longer than 1000 characters"],
    ["9999999999999999", "too large a number"],
    ["'text'", "views must be a whole number"],
    ["9007199254740991 * 2", "too large a number"],
    ["999999999999999 * 100", "views must be between"],
  ])("%s is refused: %s", async (text, message) => {
    const refused = await ada.refusal(posts({ action: "update", key: "a2", data: { views: raw(text) } }))

    expect(refused.code).toBe("VALIDATION_ERROR")
    expect(`${refused.message} ${refused.next ?? ""}`).toContain(message)
  })

  test("the primary key is none of the fields that it may write", async () => {
    for (const action of [
      { action: "update", key: "a2" },
      { action: "updateMany", filter: { author_id: "ada" } },
    ]) {
      const refused = await ada.refusal(posts({ ...action, data: { id: raw("id || 'x'") } } as never))
      expect(refused.code).toBe("VALIDATION_ERROR")
      expect(refused.details).toMatchObject({ fields: { id: [{ code: "PRIMARY_KEY_READ_ONLY" }] } })
    }
  })

  test("another key is told beside everything else that is wrong", async () => {
    const data = { id: "other", views: "many" }
    const refused = await ada.refusal(posts({ action: "update", key: "a2", data }))

    expect(Object.keys(refused.details?.["fields"] as object)).toEqual(["id", "views"])
    expect(await ada.refusal(posts({ action: "update", key: "a2", data: { views: "many", id: "a2" } }))).toMatchObject({
      details: { fields: { views: [{ code: "WRONG_TYPE" }] } },
    })
  })

  test("the place of a fault is told", async () => {
    const refused = await ada.refusal(posts({ action: "update", key: "a2", data: { views: raw("views + vues") } }))

    expect(refused.message).toBe('The expression of views cannot be read, at character 9: There is no field "vues".')
    expect(refused.problems[0]!.at).toEqual({ file: "raw() of views", line: 1, column: 9 })
    expect(refused.next).toContain('Did you mean "views"?')
  })

  test("a field that the caller may not read cannot be copied into one that they may", async () => {
    const steal = (data: unknown) => bob.refusal(users({ action: "update", key: "ada", data }))

    expect((await steal({ post_count: raw("salary") })).code).toBe("FORBIDDEN_FIELD")
    expect((await steal({ name: raw("secret") })).code).toBe("VALIDATION_ERROR")
    expect(await ada.ask(users({ action: "update", key: "ada", data: { post_count: raw("salary") } }))).toMatchObject({
      post_count: 100,
    })
    // What nobody may read is not found, whatever the expression is.
    expect((await bob.refusal(posts({ action: "update", key: "a2", data: { views: raw("views / 0") } }))).code).toBe(
      "DOCUMENT_NOT_FOUND",
    )
  })

  test("rules see what comes out", async () => {
    const refused = await ada.refusal(posts({ action: "update", key: "a2", data: { author_id: raw("'b' || 'ob'") } }))

    expect(refused.code).toBe("FORBIDDEN")
  })

  test("a privileged function may use functions of SQLite, and nothing that reads elsewhere", async () => {
    expect(await root.ask(titled("upper(substr(title, 1, 3)) || coalesce(rating, 'none')"))).toMatchObject({
      title: "ADAnone",
    })
    expect(await root.ask(titled("CASE WHEN views > 1 THEN 'many' ELSE 'few' END"))).toMatchObject({ title: "many" })
    for (const text of ["(SELECT secret FROM users)", "load_extension('x')", "abs(1, 2)", "json_extract('no', '$')"]) {
      expect((await root.refusal(titled(text))).code, text).toBe("VALIDATION_ERROR")
    }
  })
})

describe("many documents", () => {
  test("those that the filter finds are changed, each judged by the rules", async () => {
    const data = { views: { $raw: "views * 10" }, title: { $raw: "title || '!'" } }

    expect(
      await ada.ask(posts({ action: "updateMany", filter: { author_id: "ada", views: { $gte: 2 } }, data })),
    ).toEqual({
      count: 2,
    })
    const page = (await ada.ask(posts({ action: "list", options: { sort: "id" } }))) as { docs: object[] }
    expect(page.docs).toMatchObject([
      { id: "a1", views: 1 },
      { id: "a2", views: 20, title: "ada 2!" },
      { id: "a3", views: 30 },
      { id: "b1", views: 0 },
    ])
  })

  test("one refusal leaves all as they were", async () => {
    const refused = await ada.refusal(posts({ action: "updateMany", filter: {}, data: { views: 77 } }))
    const broken = await ada.refusal(
      posts({ action: "updateMany", filter: "author_id:eq:ada", data: { title: "same" } }),
    )

    expect([refused.code, broken.code]).toEqual(["FORBIDDEN", "UNIQUE_CONFLICT"])
    expect(await ada.ask(posts({ action: "count", options: { filter: { views: 77 } } }))).toBe(0)
    expect(await ada.ask(posts({ action: "count", options: { filter: { title: "same" } } }))).toBe(0)
  })

  test("what the caller may not read is neither changed nor counted", async () => {
    expect(await bob.ask(posts({ action: "deleteMany", filter: { published: false } }))).toEqual({ count: 0 })
    expect(await ada.ask(posts({ action: "deleteMany", filter: { published: false } }))).toEqual({ count: 2 })
    expect(await ada.ask(posts({ action: "count" }))).toBe(2)
  })

  test("more than a thousand are refused, and nothing is written", async () => {
    await fixture.records.database.database.write((transaction) =>
      transaction.run({
        sql: `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 998)
          INSERT INTO posts (id, title, author_id, published, views) SELECT 'n' || i, 'n' || i, 'ada', 0, 0 FROM n`,
        parameters: [],
      }),
    )
    const mine = { author_id: "ada" }

    const refused = await ada.refusal(posts({ action: "deleteMany", filter: mine }))
    const { count } = (await ada.ask(
      posts({ action: "updateMany", filter: { ...mine, id: { $ne: "a1" } }, data: { views: 5 } }),
    )) as { count: number }

    expect(refused.code).toBe("BATCH_TOO_LARGE")
    expect(count).toBe(1_000)
    expect(await ada.ask(posts({ action: "count" }))).toBe(1_002)
  })
})

test("the context tells collections, secrets by name, and where the server is", () => {
  const call = fixture.call({ manifest: { secrets: ["STRIPE"] } })

  expect(fixture.host.context(call.invocation)).toEqual({
    secrets: { STRIPE: "secret of STRIPE" },
    url: "http://127.0.0.1:65530",
    collections: { users: "id", posts: "id" },
  })
  fixture.ownUrl = null
  expect(fixture.host.context(call.invocation).url).toBe("http://alyx.internal")
})
