import type { Caller } from "../../../src/daemon/caller.ts"
import type { Doc, TestRecords } from "./open-records.ts"
import { person, stranger } from "./callers.ts"

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
function keyOf(scope: Caller["scope"], isAdmin = false): Caller {
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

const total = (collection: string, query: string) => async (records: TestRecords) =>
  (await records.list(collection, query)).total

const ids = (collection: string, query: string) => (records: TestRecords) => records.pluck(collection, "id", query)

const get =
  (collection: string, id: string, query = "") =>
  (records: TestRecords) =>
    records.get(collection, id, query)

const create = (collection: string, data: Doc) => (records: TestRecords) => records.create(collection, data)

const update = (collection: string, id: string, data: Doc) => (records: TestRecords) =>
  records.update(collection, id, data)

const remove = (collection: string, id: string) => (records: TestRecords) => records.delete(collection, id)

const openFor = (who: Doc) => ({ id: "open", title: "Open", slug: "open", author_id: "ada", published: true, ...who })

export const readingAttacks: readonly Attack[] = [
  {
    name: "reading a document that the rule hides",
    as: bob,
    run: get("posts", "secret", "fields=title"),
    refused: "DOCUMENT_NOT_FOUND",
    twin: { as: ada, answer: { title: "Plan" } },
  },
  { name: "reading without a rule", as: ada, run: get("vault", "v"), refused: "DOCUMENT_NOT_FOUND" },
  {
    name: "counting what is hidden",
    as: bob,
    run: total("posts", "limit=1"),
    refused: { answer: 2 },
    twin: { as: ada, answer: 2 },
  },
  { name: "counting without a token", as: stranger, run: total("posts", ""), refused: { answer: 1 } },
  { name: "counting a collection without rules", as: ada, run: total("vault", ""), refused: { answer: 0 } },
  {
    name: "finding a hidden document by its id",
    as: bob,
    run: total("posts", "id=secret"),
    refused: { answer: 0 },
    twin: { as: ada, answer: 1 },
  },
  {
    name: "finding a hidden document by a pattern",
    as: bob,
    run: ids("posts", "filter=title:like:P%25&sort=-title"),
    refused: { answer: [] },
    twin: { as: ada, answer: ["secret"] },
  },
  {
    name: "skipping to what is hidden",
    as: stranger,
    run: ids("posts", "offset=1"),
    refused: { answer: [] },
    twin: { as: ada, answer: ["secret"] },
  },
  {
    name: "naming a hidden field",
    as: bob,
    run: get("posts", "open", "fields=score"),
    refused: "FORBIDDEN_FIELD",
    twin: { as: editor, answer: { score: 9 } },
  },
  {
    name: "reading a field of somebody else's document",
    as: bob,
    run: get("posts", "open", "fields=id,draft_note,editor_id"),
    refused: { answer: { id: "open" } },
    twin: { as: ada, answer: { id: "open", draft_note: "psst", editor_id: "eve" } },
  },
  {
    name: "filtering by a hidden field",
    as: ada,
    run: ids("posts", "filter=score:gt:4"),
    refused: "FORBIDDEN_FIELD",
    twin: { as: editor, answer: ["open"] },
  },
  {
    name: "sorting by a hidden field",
    as: ada,
    run: ids("posts", "sort=-score"),
    refused: "FORBIDDEN_FIELD",
    twin: { as: editor, answer: ["open"] },
  },
  {
    name: "sorting by a field that is hidden in some documents",
    as: bob,
    run: ids("posts", "sort=draft_note"),
    refused: "FORBIDDEN_FIELD",
    twin: { as: bob, run: ids("posts", "sort=title"), answer: ["bobs", "open"] },
  },
  {
    name: "walking by cursor over a hidden field",
    as: bob,
    run: (records) => records.list("posts", "sort=draft_note&cursor="),
    refused: "FORBIDDEN_FIELD",
  },
  {
    name: "guessing a conditional field by a filter",
    as: bob,
    run: total("posts", "filter=draft_note:like:p%25"),
    refused: { answer: 0 },
    twin: { as: ada, answer: 1 },
  },
  {
    name: "guessing a conditional field by what it is not",
    as: bob,
    run: ids("posts", "filter=draft_note:ne:null"),
    refused: { answer: [] },
    twin: { as: ada, answer: ["open", "secret"] },
  },
  {
    name: "guessing the address of an account",
    as: bob,
    run: total("users", "email=ada@example.com"),
    refused: { answer: 0 },
    twin: { as: ada, answer: 1 },
  },
]

export const expandingAttacks: readonly Attack[] = [
  {
    name: "expanding over a field that is hidden here",
    as: bob,
    run: get("posts", "open", "fields=id&expand=editor"),
    refused: { answer: { id: "open" } },
    twin: {
      as: ada,
      answer: { id: "open", editor: { id: "eve", role: "user", verified: false, name: "Eve" } },
    },
  },
  {
    name: "expanding to a document that is hidden",
    as: { ...bob, auth: { ...bob.auth, id: "nobody" } },
    run: async (records) => (await records.list("comments", "fields=id&expand=post")).docs,
    refused: { answer: [{ id: 1, post: openFor({}) }, { id: 3 }] },
    twin: {
      as: ada,
      run: async (records) => (await records.list("comments", "filter=id:gt:2&fields=id&expand=post")).docs,
      answer: [
        {
          id: 3,
          post: {
            id: "secret",
            title: "Plan",
            slug: "plan",
            author_id: "ada",
            published: false,
            draft_note: "tell nobody",
            editor_id: "eve",
          },
        },
      ],
    },
  },
  {
    name: "expanding back to documents that are hidden",
    as: bob,
    run: get("posts", "open", "fields=id&expand=comments"),
    refused: {
      answer: { id: "open", comments: [{ id: 1, post_id: "open", author_id: "bob", text: "nice", hidden: false }] },
    },
    twin: {
      as: ada,
      run: async (records) => ((await records.get("posts", "open", "expand=comments"))["comments"] as Doc[]).length,
      answer: 2,
    },
  },
  {
    name: "expanding back over a field that is hidden there",
    as: bob,
    run: get("users", "eve", "fields=id&expand=posts(editor_id)"),
    refused: { answer: { id: "eve", "posts(editor_id)": [] } },
    twin: {
      as: ada,
      run: async (records) =>
        ((await records.get("users", "eve", "expand=posts(editor_id)"))["posts(editor_id)"] as Doc[]).length,
      answer: 2,
    },
  },
  {
    name: "expanding through two relations",
    as: bob,
    run: async (records) =>
      JSON.stringify(await records.list("users", "expand=posts(author_id).comments,posts(author_id).editor")).match(
        /Plan|psst|hush|tell nobody|Eve"\}\]/g,
      ),
    refused: { answer: null },
    twin: {
      as: ada,
      run: async (records) =>
        JSON.stringify(await records.list("users", "expand=posts(author_id).comments")).match(/psst|hush/g),
      answer: ["psst", "hush"],
    },
  },
  {
    name: "expanding into a collection without rules, or out of the key's scope",
    as: keyOf({ collections: ["comments"], operations: ["read"] }),
    run: get("comments", "3", "fields=id&expand=post,author"),
    refused: { answer: { id: 3 } },
    twin: { as: ada, run: get("comments", "3", "fields=id"), answer: { id: 3 } },
  },
]

export const writingAttacks: readonly Attack[] = [
  {
    name: "creating as somebody else",
    as: bob,
    run: create("posts", { id: "n", title: "N", slug: "n", author_id: "ada" }),
    refused: "FORBIDDEN",
    twin: {
      as: ada,
      answer: { id: "n", title: "N", slug: "n", author_id: "ada", published: false, draft_note: null, editor_id: null },
    },
  },
  {
    name: "creating without a token",
    as: stranger,
    run: create("posts", { id: "n", title: "N", slug: "n", author_id: "ada" }),
    refused: "UNAUTHENTICATED",
  },
  {
    name: "creating with a member that the rule forbids in the body",
    as: bob,
    run: create("posts", { id: "n", title: "N", slug: "n", author_id: "bob", published: true }),
    refused: "FORBIDDEN",
  },
  { name: "creating without a rule", as: ada, run: create("vault", { id: "w", code: "9" }), refused: "FORBIDDEN" },
  {
    name: "probing a unique value where nothing may be created",
    as: ada,
    run: create("vault", { id: "w", code: "1234" }),
    refused: "FORBIDDEN",
  },
  {
    name: "probing a unique value in somebody else's name",
    as: bob,
    run: create("posts", { id: "n", title: "N", slug: "plan", author_id: "ada" }),
    refused: "FORBIDDEN",
  },
  {
    name: "probing a reference where nothing may be created",
    as: bob,
    run: create("posts", { id: "n", title: "N", slug: "n", author_id: "nobody" }),
    refused: "FORBIDDEN",
  },
  {
    name: "writing a field that is for others",
    as: bob,
    run: create("posts", { id: "n", title: "N", slug: "n", author_id: "bob", score: 100 }),
    refused: "FORBIDDEN_FIELD",
  },
  {
    name: "changing what is hidden",
    as: bob,
    run: update("posts", "secret", { title: "x" }),
    refused: "DOCUMENT_NOT_FOUND",
    twin: { as: ada, run: async (r) => (await r.update("posts", "secret", { title: "x" }))["title"], answer: "x" },
  },
  {
    name: "changing what is somebody else's",
    as: bob,
    run: update("posts", "open", { title: "x" }),
    refused: "FORBIDDEN",
  },
  {
    name: "changing without a token",
    as: stranger,
    run: update("posts", "open", { title: "x" }),
    refused: "UNAUTHENTICATED",
  },
  {
    name: "changing nothing of what is somebody else's",
    as: bob,
    run: update("posts", "open", {}),
    refused: "FORBIDDEN",
  },
  {
    name: "giving a document away, where the rule does not speak of the new one",
    as: bob,
    run: update("posts", "bobs", { author_id: "ada" }),
    refused: "FORBIDDEN",
    twin: { as: bob, run: async (r) => (await r.update("posts", "bobs", { title: "B" }))["title"], answer: "B" },
  },
  {
    name: "giving a document away, where the rule does",
    as: bob,
    run: update("comments", "1", { author_id: "ada" }),
    refused: "FORBIDDEN",
    twin: {
      as: bob,
      run: update("comments", "1", { hidden: true }),
      answer: { id: 1, post_id: "open", author_id: "bob", text: "nice", hidden: true },
    },
  },
  {
    name: "changing a field that is for others",
    as: ada,
    run: update("posts", "open", { score: 100 }),
    refused: "FORBIDDEN_FIELD",
    twin: { as: ada, run: async (r) => (await r.update("posts", "open", { title: "T" }))["title"], answer: "T" },
  },
  {
    name: "probing a unique value by a change that is refused",
    as: bob,
    run: update("posts", "open", { slug: "plan" }),
    refused: "FORBIDDEN",
  },
  {
    name: "probing a reference by a change that is refused",
    as: bob,
    run: update("comments", "2", { post_id: "nothing" }),
    refused: "DOCUMENT_NOT_FOUND",
  },
  { name: "deleting what is hidden", as: bob, run: remove("posts", "secret"), refused: "DOCUMENT_NOT_FOUND" },
  { name: "deleting what is somebody else's", as: bob, run: remove("posts", "open"), refused: "FORBIDDEN" },
  { name: "deleting without a token", as: stranger, run: remove("posts", "open"), refused: "UNAUTHENTICATED" },
  {
    name: "deleting what the rule keeps",
    as: ada,
    run: remove("posts", "open"),
    refused: "FORBIDDEN",
    twin: { as: bob, run: remove("posts", "bobs"), answer: undefined },
  },
]
