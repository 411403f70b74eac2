import { describe, expect, test } from "vitest"

import { mentionsField, mentionsOf } from "../../../src/schema/migrations/mentions.ts"
import { requireSchema } from "../arbitrary-schema.ts"
import { peopleSchema } from "./people-schema.ts"

const schema = requireSchema(peopleSchema)

function labels(collection: string, field: string | null): readonly string[] {
  return mentionsOf(schema, { collection, field }).map(({ kind, label }) => `${kind}: ${label}`)
}

describe("mentionsOf", () => {
  test("finds rules, indexes and references of a field, and no word inside of a string", () => {
    expect(labels("users", "age")).toEqual([
      "index: index idx_users_age of users",
      "index: index idx_users_name_age of users",
      "index: index by_age of users",
    ])
    expect(labels("users", "name")).toContain("rule: read rule of users")
    expect(labels("users", "email")).toEqual([
      "rule: update rule of users",
      "index: index unique_users_email of users",
      "index: index one_name of users",
      "relation: posts.mail",
    ])
    expect(labels("posts", "title")).toEqual(["rule: write rule of posts.title"])
    expect(labels("posts", "author_id")).toEqual(["rule: read rule of posts", "relation: users.id"])
  })

  test("names what hangs on a collection", () => {
    expect(labels("tags", null)).toEqual([])
    expect(labels("posts", null)).toEqual([
      "rule: read rule of posts",
      "rule: write rule of posts.title",
      "relation: posts.author_id",
      "relation: posts.mail",
    ])
    expect(labels("users", null).filter((label) => label.startsWith("relation"))).toEqual([
      "relation: users.boss_id",
      "relation: posts.author_id",
      "relation: posts.mail",
    ])
  })

  test.each([
    ["doc.title == 1", true],
    ["doc . title", true],
    ["doc.?title.orValue(1)", true],
    ["doc['title']", true],
    ["new.title == old.title", true],
    ["doc.titles == 1", false],
    ["auth.doc.title == 1", false],
    ["'doc.title' == 'a\\' doc.title'", false],
    ['"""doc.title" """ == 1', false],
    ["r'\\' == doc.title", true],
    ["true // doc.title", false],
  ])("%s", (rule, expected) => {
    expect(mentionsField(rule, "title")).toBe(expected)
  })
})
