import { ada, bob } from "./attacked-project.ts"
import type { Attack } from "./attacked-project.ts"
import { stranger } from "./callers.ts"
import type { Doc, TestRecords } from "./open-records.ts"

const create = (collection: string, data: Doc) => (records: TestRecords) => records.create(collection, data)

const update = (collection: string, id: string, data: Doc) => (records: TestRecords) =>
  records.update(collection, id, data)

const remove = (collection: string, id: string) => (records: TestRecords) => records.delete(collection, id)

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
