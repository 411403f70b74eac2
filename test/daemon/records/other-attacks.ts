import type { Caller } from "../../../src/daemon/caller.ts"
import { ada, bob, editor, keyOf } from "./attacked-project.ts"
import type { Attack } from "./attacked-project.ts"
import { admin, stranger } from "./callers.ts"
import type { Doc, TestRecords } from "./open-records.ts"

const reader = keyOf({ collections: ["comments"], operations: ["read"] })

const batch =
  (...operations: Doc[]) =>
  (records: TestRecords) =>
    records.batch(operations)

/** The tag that somebody else was given. */
async function tagFor(records: TestRecords, who: Caller, id: string): Promise<string> {
  const asked = records.caller
  records.caller = who
  const tag = await records.etag("posts", id)
  records.caller = asked
  return tag
}

export const batchAttacks: readonly Attack[] = [
  {
    name: "a batch with one operation that a rule refuses writes nothing",
    as: bob,
    run: batch(
      { op: "create", collection: "comments", data: { id: 9, post_id: "open", author_id: "bob", text: "first" } },
      { op: "update", collection: "posts", id: "open", data: { title: "x" } },
    ),
    refused: "FORBIDDEN",
    twin: {
      as: bob,
      run: async (records) =>
        (
          await records.batch([
            { op: "create", collection: "comments", data: { id: 9, post_id: "open", author_id: "bob", text: "first" } },
            { op: "update", collection: "posts", id: "bobs", data: { title: "B" } },
          ])
        ).length,
      answer: 2,
    },
  },
  {
    name: "a batch finds no hidden document",
    as: bob,
    run: batch({ op: "delete", collection: "posts", id: "secret" }),
    refused: "DOCUMENT_NOT_FOUND",
  },
  {
    name: "a batch without a token",
    as: stranger,
    run: batch({ op: "delete", collection: "posts", id: "open" }),
    refused: "UNAUTHENTICATED",
  },
  {
    name: "request.body of a batch is the data of the operation",
    as: bob,
    run: batch({
      op: "create",
      collection: "posts",
      data: { id: "n", title: "N", slug: "n", author_id: "bob", published: true },
    }),
    refused: "FORBIDDEN",
    twin: {
      as: bob,
      run: async (records) =>
        (
          await records.batch([
            { op: "create", collection: "posts", data: { id: "n", title: "N", slug: "n", author_id: "bob" } },
          ])
        )[0]!["doc"],
      answer: { id: "n", title: "N", slug: "n", author_id: "bob", published: false, draft_note: null, editor_id: null },
    },
  },
  {
    name: "moving a document in two steps of a batch",
    as: bob,
    run: batch(
      { op: "update", collection: "posts", id: "bobs", data: { published: true } },
      { op: "update", collection: "posts", id: "bobs", data: { author_id: "ada" } },
    ),
    refused: "FORBIDDEN",
  },
  {
    name: "a key writes in a batch what it is not made for",
    as: reader,
    run: batch({ op: "delete", collection: "comments", id: "3" }),
    refused: "FORBIDDEN_SCOPE",
    twin: {
      as: ada,
      run: async (records) => (await records.batch([{ op: "delete", collection: "comments", id: "3" }])).length,
      answer: 1,
    },
  },
]

export const tagAttacks: readonly Attack[] = [
  {
    name: "If-Match says nothing of a hidden document",
    as: bob,
    run: async (records) => {
      const tag = await tagFor(records, ada, "secret")
      return records.update("posts", "secret", { title: "x" }, { ifMatch: tag })
    },
    refused: "DOCUMENT_NOT_FOUND",
  },
  {
    name: "If-Match says nothing of a document that one may not change",
    as: bob,
    run: (records) => records.update("posts", "open", { title: "x" }, { ifMatch: '"wrong"' }),
    refused: "FORBIDDEN",
    twin: {
      as: ada,
      run: async (records) => {
        const tag = await records.etag("posts", "open")
        return (await records.update("posts", "open", { title: "x" }, { ifMatch: tag }))["title"]
      },
      answer: "x",
    },
  },
  {
    name: "If-Match of somebody who sees more does not fit",
    as: ada,
    run: async (records) => {
      const tag = await tagFor(records, admin, "open")
      return records.update("posts", "open", { title: "x" }, { ifMatch: tag })
    },
    refused: "PRECONDITION_FAILED",
  },
  {
    name: "If-Match says nothing of a document that one may not delete",
    as: bob,
    run: (records) => records.delete("posts", "open", '"wrong"'),
    refused: "FORBIDDEN",
  },
  {
    name: "a tag of hidden fields is not confirmed",
    as: bob,
    run: async (records) => {
      const tag = await tagFor(records, ada, "open")
      const found = await records.answer("posts", "open", "", tag)
      return found === "not-modified" ? found : "another"
    },
    refused: { answer: "another" },
    twin: {
      as: ada,
      run: async (records) => records.answer("posts", "open", "", await tagFor(records, ada, "open")),
      answer: "not-modified",
    },
  },
  {
    name: "If-None-Match: * does not find a hidden document",
    as: bob,
    run: (records) => records.answer("posts", "secret", "", "*"),
    refused: "DOCUMENT_NOT_FOUND",
    twin: { as: ada, answer: "not-modified" },
  },
]

export const scopeAttacks: readonly Attack[] = [
  { name: "a key reads another collection", as: reader, run: (r) => r.list("posts"), refused: "FORBIDDEN_SCOPE" },
  {
    name: "a key gets a document of another collection",
    as: reader,
    run: (r) => r.get("posts", "open"),
    refused: "FORBIDDEN_SCOPE",
  },
  {
    name: "a key writes what it may only read",
    as: reader,
    run: (r) => r.update("comments", "3", { text: "x" }),
    refused: "FORBIDDEN_SCOPE",
    twin: { as: reader, run: async (r) => (await r.get("comments", "3"))["text"], answer: "mine" },
  },
  {
    name: "a key of an admin is limited all the same",
    as: keyOf({ collections: ["comments"], operations: null }, true),
    run: (r) => r.get("vault", "v"),
    refused: "FORBIDDEN_SCOPE",
    twin: { as: admin, answer: { id: "v", code: "1234" } },
  },
  {
    name: "a key of an admin that may not read changes what is not there",
    as: keyOf({ collections: null, operations: ["update", "delete"] }, true),
    run: (r) => r.update("comments", "99", { text: "x" }),
    refused: "DOCUMENT_NOT_FOUND",
    twin: {
      as: keyOf({ collections: null, operations: ["update", "delete"] }, true),
      run: (r) => r.update("comments", "3", { text: "x" }, { ifMatch: "*" }),
      answer: { id: 3 },
    },
  },
  {
    name: "a key of an admin that may not read deletes by a tag what is not there",
    as: keyOf({ collections: null, operations: ["update", "delete"] }, true),
    run: (r) => r.delete("comments", "99", "*"),
    refused: "DOCUMENT_NOT_FOUND",
  },
  {
    name: "a key that may create but not read is told the id alone",
    as: keyOf({ collections: null, operations: ["create"] }),
    run: (r) => r.create("comments", { id: 9, post_id: "open", author_id: "ada", text: "x" }),
    refused: { answer: { id: 9 } },
  },
]

export const accountAttacks: readonly Attack[] = [
  {
    name: "making oneself an admin",
    as: bob,
    run: (r) => r.update("users", "bob", { role: "admin" }),
    refused: "MANAGED_FIELD",
    twin: {
      as: admin,
      run: async (r) => (await r.update("users", "bob", { role: "editor" }))["role"],
      answer: "editor",
    },
  },
  {
    name: "making oneself an admin in a batch",
    as: bob,
    run: batch({ op: "update", collection: "users", id: "bob", data: { name: "B", role: "admin" } }),
    refused: "MANAGED_FIELD",
  },
  {
    name: "confirming one's own address",
    as: bob,
    run: (r) => r.update("users", "bob", { verified: true }),
    refused: "MANAGED_FIELD",
    twin: {
      as: bob,
      run: async (r) => (await r.update("users", "bob", { verified: false, role: "user", name: "B" }))["name"],
      answer: "B",
    },
  },
  {
    name: "taking another address",
    as: bob,
    run: (r) => r.update("users", "bob", { email: "ada@example.com" }),
    refused: "MANAGED_FIELD",
  },
  {
    name: "making an account past the registration",
    as: stranger,
    run: (r) => r.create("users", { id: "x", email: "x@example.com", role: "admin" }),
    refused: "REGISTER_INSTEAD",
    twin: {
      as: admin,
      run: async (r) => (await r.create("users", { id: "x", email: "x@example.com" }))["role"],
      answer: "user",
    },
  },
  {
    name: "making an account past the registration in a batch",
    as: bob,
    run: batch({ op: "create", collection: "users", data: { id: "x", email: "x@example.com" } }),
    refused: "REGISTER_INSTEAD",
  },
]

export const answerAttacks: readonly Attack[] = [
  {
    name: "the answer to a create shows only the id of what may not be read",
    as: stranger,
    run: async (r) => Object.keys(await r.create("inbox", { text: "hello" })),
    refused: { answer: ["id"] },
    twin: { as: admin, answer: ["id", "text"] },
  },
  {
    name: "the answer to a create does not expand what may not be read",
    as: bob,
    run: (r) => r.create("comments", { id: 9, post_id: "secret", author_id: "bob", text: "x" }, "expand=post"),
    refused: { answer: { id: 9, post_id: "secret", author_id: "bob", text: "x", hidden: false } },
  },
  {
    name: "the answer to a change shows no hidden field",
    as: ada,
    run: async (r) => "score" in (await r.update("posts", "open", { title: "x" })),
    refused: { answer: false },
    twin: { as: { ...editor, auth: { ...editor.auth, id: "ada" } }, answer: true },
  },
  {
    name: "a restricted delete does not name what is hidden",
    as: { ...ada, auth: { ...ada.auth, id: "ada" } },
    run: async (r) => {
      r.caller = admin
      await r.update("comments", "3", { author_id: "bob", hidden: true })
      r.caller = ada
      return r
        .delete("posts", "secret")
        .catch(({ code, message }: { code: string; message: string }) => [code, message])
    },
    refused: { answer: ["REFERENCE_CONFLICT", "Other documents still point to this one of posts."] },
    twin: {
      as: ada,
      run: (r) => r.delete("posts", "secret").catch(({ message }: Error) => message),
      answer: "Documents of comments still point to this one with post_id.",
    },
  },
]
