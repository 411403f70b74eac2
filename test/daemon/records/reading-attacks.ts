import { ada, bob, editor, keyOf } from "./attacked-project.ts"
import type { Attack } from "./attacked-project.ts"
import { stranger } from "./callers.ts"
import type { Doc, TestRecords } from "./open-records.ts"

const total = (collection: string, query: string) => async (records: TestRecords) =>
  (await records.list(collection, query)).total

const ids = (collection: string, query: string) => (records: TestRecords) => records.pluck(collection, "id", query)

const get =
  (collection: string, id: string, query = "") =>
  (records: TestRecords) =>
    records.get(collection, id, query)

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
