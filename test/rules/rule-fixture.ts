import { checkRules } from "../../src/rules/check-rules.ts"
import { rulesOf } from "../../src/rules/compile-rules.ts"
import type { CompiledReadRule, RuleAuth, RuleContext, StoredRow } from "../../src/rules/rules.ts"
import { anonymousAuth } from "../../src/rules/rules.ts"
import { parseSchema } from "../../src/schema/parse.ts"
import type { Schema } from "../../src/schema/schema.ts"

/** A collection with a field of every type, required and nullable. */
const fields = `
      id: { type: uuid, primary: true }
      title: { type: string }
      slug: { type: string, nullable: true }
      body: { type: text, nullable: true }
      author_id: { type: string, nullable: true }
      owner_id: { type: string }
      views: { type: int }
      likes: { type: int, nullable: true }
      price: { type: float }
      score: { type: float, nullable: true }
      published: { type: bool }
      featured: { type: bool, nullable: true }
      created: { type: timestamp }
      edited: { type: timestamp, nullable: true }
      meta: { type: json, nullable: true }
      tags: { type: json }
      picture: { type: blob, nullable: true }`

/** The text of a schema whose collection `posts` has these lines under its fields. */
export function postsYaml(rules: string): string {
  return `collections:\n  posts:\n    timestamps: false\n    fields:${fields}\n${rules}`
}

/** Parses a schema that must be right but for its rules. */
export function schemaFrom(yaml: string): Schema {
  const { schema, problems } = parseSchema(yaml, "schema.yaml")
  if (schema === null) throw new Error(JSON.stringify(problems))
  return schema
}

/** The schema of posts with one rule. */
export function postsWith(operation: string, expression: string, more = ""): Schema {
  return schemaFrom(postsYaml(`${more}    rules:\n      ${operation}: ${JSON.stringify(expression)}\n`))
}

/** The read rule of posts, compiled; it may be one that SQL cannot say. */
export function readRule(expression: string): CompiledReadRule {
  const rule = rulesOf(postsWith("read", expression, "    read_in_memory: true\n")).get("posts")?.read
  if (rule === null || rule === undefined) throw new Error("there is no rule")
  return rule
}

/** The codes of what is wrong with a rule. */
export function codesOf(operation: string, expression: string): readonly string[] {
  return checkRules(postsWith(operation, expression)).problems.map(({ code }) => code)
}

/** Somebody signed in. */
export function authOf(parts: Partial<RuleAuth>): RuleAuth {
  return Object.freeze({ ...anonymousAuth, ...parts })
}

/** A caller with a request that says little. */
export function contextOf(auth: RuleAuth, body: unknown = null): RuleContext {
  const headers = { "x-team": "red", accept: "*/*" }
  return { auth, request: { method: "GET", ip: "127.0.0.1", time: "2026-03-01T12:00:00.000Z", body, headers } }
}

/** A stored post with every nullable field null. */
export const plainPost: StoredRow = {
  id: "018f0000-0000-7000-8000-000000000001",
  title: "Title",
  slug: null,
  body: null,
  author_id: null,
  owner_id: "u1",
  views: 3,
  likes: null,
  price: 1.5,
  score: null,
  published: 1,
  featured: null,
  created: "2026-01-01T00:00:00.000Z",
  edited: null,
  meta: null,
  tags: '["a","b"]',
  picture: null,
}
