import type { Caller } from "../../../src/daemon/caller.ts"
import type { Doc, TestRecords } from "./open-records.ts"
import { person } from "./callers.ts"

/** What every attack is run against. */
export const attackedYaml = `
collections:
  users:
    timestamps: false
    fields:
      id: { type: string, primary: true }
      email: { type: string, unique: true, rules: { read: "auth.id == doc.id" } }
      role: { type: string, default: "user" }
      verified: { type: bool, default: false }
      name: { type: string, nullable: true }
    rules: { read: "true", create: "true", update: "auth.id == doc.id", delete: "auth.id == doc.id" }
  posts:
    timestamps: false
    fields:
      id: { type: string, primary: true }
      title: { type: string }
      slug: { type: string, unique: true }
      author_id: { type: string, references: users.id, onDelete: restrict }
      published: { type: bool, default: false }
      score: { type: int, default: 0, rules: { read: "auth.role == 'editor'", write: "auth.role == 'editor'" } }
      draft_note: { type: string, nullable: true, rules: { read: "auth.id == doc.author_id" } }
      editor_id: { type: string, references: users.id, nullable: true, rules: { read: "auth.id == doc.author_id" } }
    rules:
      read: "doc.published || auth.id == doc.author_id"
      create: "auth.id != null && doc.author_id == auth.id && !has(request.body.published)"
      update: "auth.id == doc.author_id"
      delete: "auth.id == doc.author_id && !doc.published"
  comments:
    timestamps: false
    fields:
      id: { type: int, primary: true }
      post_id: { type: string, references: posts.id, onDelete: restrict }
      author_id: { type: string, references: users.id }
      text: { type: string }
      hidden: { type: bool, default: false }
    rules:
      read: "!doc.hidden || auth.id == doc.author_id"
      create: "auth.id == doc.author_id"
      update: "auth.id == old.author_id && new.author_id == old.author_id"
      delete: "auth.id == doc.author_id"
  inbox:
    timestamps: false
    fields:
      id: { type: int, primary: true, default: auto }
      text: { type: string }
    rules: { create: "true" }
  vault:
    timestamps: false
    fields:
      id: { type: string, primary: true }
      code: { type: string, unique: true }
`

/** What stands in the database, written by an admin. */
export const attackedDocuments: readonly (readonly [collection: string, data: Doc])[] = [
  ["users", { id: "ada", email: "ada@example.com", name: "Ada" }],
  ["users", { id: "bob", email: "bob@example.com", name: "Bob" }],
  ["users", { id: "eve", email: "eve@example.com", name: "Eve" }],
  [
    "posts",
    {
      id: "open",
      title: "Open",
      slug: "open",
      author_id: "ada",
      published: true,
      score: 9,
      draft_note: "psst",
      editor_id: "eve",
    },
  ],
  [
    "posts",
    {
      id: "secret",
      title: "Plan",
      slug: "plan",
      author_id: "ada",
      score: 5,
      draft_note: "tell nobody",
      editor_id: "eve",
    },
  ],
  ["posts", { id: "bobs", title: "Bob's", slug: "bobs", author_id: "bob", score: 1 }],
  ["comments", { id: 1, post_id: "open", author_id: "bob", text: "nice" }],
  ["comments", { id: 2, post_id: "open", author_id: "ada", text: "hush", hidden: true }],
  ["comments", { id: 3, post_id: "secret", author_id: "ada", text: "mine" }],
  ["vault", { id: "v", code: "1234" }],
]

export const ada = person("ada")
export const bob = person("bob")
export const eve = person("eve")
export const editor = person("zoe", { role: "editor" })

/** A machine whose key is limited, with the rights of ada otherwise. */
export function keyOf(scope: Caller["scope"], isAdmin = false): Caller {
  return { ...person("ada"), sessionId: null, scope, isAdmin }
}

/** An action that must fail or show nothing, and its twin, which somebody may do. */
export interface Attack {
  readonly name: string
  readonly as: Caller
  readonly run: (records: TestRecords) => Promise<unknown>
  /** The code of the refusal, or what is answered where the attack goes unanswered. */
  readonly refused: string | { readonly answer: unknown }
  /** Somebody who may do the same, or something that is almost the same and allowed. */
  readonly twin?: {
    readonly as: Caller
    readonly run?: (records: TestRecords) => Promise<unknown>
    readonly answer: unknown
  }
}
