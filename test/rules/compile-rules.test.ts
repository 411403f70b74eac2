import { describe, expect, test } from "vitest"

import { rulesOf } from "../../src/rules/compile-rules.ts"
import type { RuleContext } from "../../src/rules/rules.ts"
import { anonymousAuth } from "../../src/rules/rules.ts"
import { authOf, contextOf, plainPost, postsWith, postsYaml, readRule, schemaFrom } from "./rule-fixture.ts"

const anonymous = contextOf(anonymousAuth)
const someone = contextOf(authOf({ id: "u1", role: "user", metadata: { plan: "pro", teams: ["red"] } }))

describe("what a read rule can be looked up by", () => {
  const cases: readonly [rule: string, expected: readonly (readonly [string, unknown])[] | null][] = [
    [
      "doc.published || doc.author_id == auth.id",
      [
        ["published", 1],
        ["author_id", "u1"],
      ],
    ],
    [
      "doc.author_id == auth.id && doc.views > 3 || doc.owner_id == 'all'",
      [
        ["author_id", "u1"],
        ["owner_id", "all"],
      ],
    ],
    [
      "doc.owner_id in ['a', 'b']",
      [
        ["owner_id", "a"],
        ["owner_id", "b"],
      ],
    ],
    [
      "(doc.published || doc.owner_id == auth.id) && doc.views > 3",
      [
        ["published", 1],
        ["owner_id", "u1"],
      ],
    ],
    ["doc.published || doc.views > 3", null],
    ["doc.published || doc.author_id != auth.id", null],
    ["!(doc.published || doc.author_id == auth.id)", null],
    ["!doc.published || doc.author_id == auth.id", null],
    ["doc.meta.open || doc.author_id == auth.id", null],
  ]

  test.each(cases)("%s", (rule, expected) => {
    const narrowed = readRule(rule).narrow(someone)

    const found = typeof narrowed === "string" ? [] : (narrowed.alternatives ?? null)
    expect(found?.map(({ field, value }) => [field, value]) ?? null).toEqual(expected)
  })
})

describe("rulesOf", () => {
  test("compiles a schema once", () => {
    const schema = postsWith("read", "true")

    expect(rulesOf(schema)).toBe(rulesOf(schema))
  })

  test("has null where nothing is written, and only fields that have a rule", () => {
    const yaml = postsYaml("    rules: { read: true }\n").replace(
      "title: { type: string }",
      "title: { type: string, rules: { write: auth.role == 'editor' } }",
    )
    const posts = rulesOf(schemaFrom(yaml)).get("posts")!

    expect(posts).toMatchObject({ create: null, update: null, delete: null, read: { constant: true, isSql: true } })
    expect([...posts.fields.keys()]).toEqual(["title"])
    expect(posts.fields.get("title")).toMatchObject({ read: null, write: { constant: null } })
  })

  test("true and false are constants, and so is what comes to one", () => {
    const constants = ["true", "false", "1 < 2", "1 / 0 == 1", "'a' in ['b']"].map((rule) => readRule(rule).constant)

    expect(constants).toEqual([true, false, true, false, false])
    expect(readRule("auth.verified").constant).toBe(null)
  })

  test("says what a rule mentions", () => {
    const posts = rulesOf(
      postsWith(
        "update",
        "(auth != null && auth.metadata.plan == 'pro' && old.title != new.title && doc.tags.all(tag, tag != doc.slug)) || request.headers['x-app'] == 'a' || request.body.title == ''",
      ),
    ).get("posts")!

    expect(posts.update!.mentions).toEqual({
      auth: ["id", "metadata.plan"],
      request: ["headers.x-app", "body.title"],
      doc: ["tags", "slug", "title"],
      new: ["title"],
    })
  })
})

describe("holds", () => {
  test.each<[string, RuleContext, boolean]>([
    ["auth == null", anonymous, true],
    ["null != auth", someone, true],
    ["auth == null", someone, false],
    ["auth.id == doc.owner_id", someone, true],
    ["auth.id == doc.owner_id", anonymous, false],
    ["auth.metadata.plan == 'pro'", someone, true],
    ["auth.metadata.absent == 'pro'", someone, false],
    ["!(auth.metadata.absent == 'pro')", someone, false],
    ["has(auth.metadata.absent) || doc.views == 3", someone, true],
    ["'red' in auth.metadata.teams", someone, true],
    ["request.headers['x-team'] == 'red' && request.method == 'GET' && request.ip == '127.0.0.1'", anonymous, true],
    ["request.time.getMonth() == 2 && request.time.getHours() == 12", anonymous, true],
    ["doc.created > request.time - duration('240h')", anonymous, false],
    ["doc.price > 1 && doc.price < 2 && doc.views / 2 == 1 && doc.published", anonymous, true],
    ["doc.likes > 1", anonymous, false],
    ["doc.likes == null && doc.picture == null", anonymous, true],
    ["doc.tags[1] == 'b' && doc['title'].matches('^T')", anonymous, true],
  ])("%s", (rule, context, expected) => {
    expect(readRule(rule).holds(context, { doc: plainPost })).toBe(expected)
  })

  test("old is what there is, new what there will be", () => {
    const rule = rulesOf(postsWith("update", "old.title == doc.title && new.title != doc.title")).get("posts")!.update!

    expect(rule.holds(someone, { doc: plainPost, new: { ...plainPost, title: "other" } })).toBe(true)
    expect(rule.holds(someone, { doc: plainPost, new: plainPost })).toBe(false)
  })

  test("in a write rule new is the document on create too", () => {
    const yaml = postsYaml("").replace(
      "slug: { type: string,",
      "slug: { type: string, rules: { write: new.slug == 'a' },",
    )
    const { write } = rulesOf(schemaFrom(yaml)).get("posts")!.fields.get("slug")!

    expect(write!.holds(someone, { doc: { ...plainPost, slug: "a" } })).toBe(true)
    expect(write!.holds(someone, { doc: { ...plainPost, slug: "b" } })).toBe(false)
  })

  test("a rule reads only what it mentions", () => {
    const request = new Proxy(anonymous.request, {
      get: (_target, name) => {
        if (name !== "method") throw new Error(`${String(name)} was read`)
        return "GET"
      },
    })
    const rule = readRule("request.method == 'GET'")

    expect(rule.holds({ auth: anonymousAuth, request }, { doc: plainPost })).toBe(true)
    expect(rule.narrow({ auth: anonymousAuth, request })).toBe("all")
  })
})

describe("narrow", () => {
  const rule = readRule("auth != null && (auth.role == 'admin' || doc.author_id == auth.id && doc.published)")

  test("everything, nothing, or a condition with its indexable part", () => {
    expect(rule.narrow(anonymous)).toBe("none")
    expect(rule.narrow(contextOf(authOf({ id: "u2", role: "admin" })))).toBe("all")
    const narrowed = rule.narrow(someone)
    if (typeof narrowed === "string") throw new Error(narrowed)
    expect(narrowed.sql('"p"')).toBe('(("p"."author_id" IS ?) AND "p"."published")')
    expect(narrowed).toMatchObject({
      values: ["u1"],
      equalities: [
        { field: "author_id", value: "u1" },
        { field: "published", value: 1 },
      ],
      fields: ["author_id", "published"],
    })
  })

  test("is kept for as long as auth is the same object", () => {
    expect(rule.narrow(someone)).toBe(rule.narrow({ ...someone }))
    expect(rule.narrow(contextOf(authOf({ id: "u1", role: "user" })))).not.toBe(rule.narrow(someone))
  })

  test("is made anew for a rule of the request", () => {
    const timed = readRule("doc.created <= request.time")
    const later = { ...someone, request: { ...someone.request, time: "2027-01-01T00:00:00.000Z" } }

    expect(timed.narrow(someone)).toMatchObject({ values: ["2026-03-01T12:00:00.000Z"] })
    expect(timed.narrow(later)).toMatchObject({ values: ["2027-01-01T00:00:00.000Z"] })
  })

  test("conditions of one shape differ in their values alone", () => {
    const shapes = ["u1", "u2", "it's"].map((id) => {
      const narrowed = rule.narrow(contextOf(authOf({ id, role: "user" })))
      return typeof narrowed === "string" ? narrowed : narrowed.shape
    })

    expect(new Set(shapes).size).toBe(1)
    expect(shapes[0]).not.toContain("u1")
  })

  test("an alias is taken as it is", () => {
    const narrowed = rule.narrow(someone)

    expect(typeof narrowed === "string" ? "" : narrowed.sql("$&")).toContain('$&."author_id"')
  })
})
