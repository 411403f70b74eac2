import { expect, test } from "vitest"

import { derivedSamples } from "../../src/rules/matrix-samples.ts"
import type { MatrixSamples } from "../../src/rules/matrix-samples.ts"
import { rulesMatrix } from "../../src/rules/matrix.ts"
import { renderMatrix } from "../../src/ui/rules/matrix-text.ts"
import { schemaFrom } from "./rule-fixture.ts"

const blog = schemaFrom(`
collections:
  posts:
    fields:
      author_id: { type: uuid }
      published: { type: bool }
      views: { type: int, default: 0, rules: { write: false } }
    rules:
      create: "auth.id != null && doc.author_id == auth.id"
      read: "doc.published || auth.id == doc.author_id"
      update: "auth.id == doc.author_id"
      delete: "auth.id == doc.author_id || auth.role in ['moderator', 'admin']"
  secrets:
    fields: { text: { type: text } }
  notes:
    fields:
      owner_id: { type: uuid }
      text: { type: text }
    rules: { read: "true", update: "new.text != '' && auth.id == doc.owner_id" }
`)

/** What a matrix says, by `collection/sample/operation`, a letter a caller. */
function saidOf(samples: MatrixSamples = derivedSamples(blog)): Record<string, string> {
  const { collections } = rulesMatrix(blog, samples)
  return Object.fromEntries(
    collections.flatMap((collection) =>
      collection.documents.flatMap((document) =>
        document.rows.map(({ operation, field, allowed }) => [
          [collection.name, document.name, field === null ? operation : `${operation} ${field}`].join("/"),
          allowed.map((is) => (is === null ? " " : is ? "y" : "-")).join(""),
        ]),
      ),
    ),
  )
}

test("whose a document is, its bools, and the roles that rules name make the samples", () => {
  const { callers, documents } = derivedSamples(blog)

  expect(callers.map(({ name }) => name)).toEqual(["anonymous", "user", "moderator"])
  expect(documents.get("posts")!.map(({ name }) => name)).toEqual([
    "own, published",
    "own, not published",
    "others', published",
    "others', not published",
  ])
  expect(documents.get("secrets")!.map(({ name }) => name)).toEqual(["any"])
})

test("the matrix is what requests would be answered", () => {
  const said = saidOf()

  expect(said).toMatchObject({
    "posts/own, not published/create": " yy",
    "posts/own, not published/read": " yy",
    "posts/own, not published/give away": " --",
    "posts/own, published/write views": " --",
    "posts/others', published/create": "---",
    "posts/others', published/read": "yyy",
    "posts/others', published/update": "---",
    "posts/others', published/delete": "--y",
    // Who cannot read a document does not find it, whatever the rule of deletes says.
    "posts/others', not published/delete": "---",
    "secrets/any/read": "---",
    "secrets/any/create": "---",
  })
})

test("an update rule that looks at the new document alone lets it be given away, and the matrix shows it", () => {
  expect(saidOf()["notes/own/give away"]).toBe(" yy")
})

test("a list that a macro goes through is a list of people where its elements are compared with who asks", () => {
  const schema = schemaFrom(`
collections:
  papers:
    fields: { editors: { type: json, items: string } }
    rules: { read: "doc.editors.exists(one, one == auth.id)" }
`)

  const text = renderMatrix(rulesMatrix(schema, derivedSamples(schema)))

  expect(text).toMatch(/^ {2}own\n.*\n {4}read +yes$/m)
  expect(text).toMatch(/^ {2}others'\n.*\n {4}read +- +-$/m)
})

const adaId = "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d"

function draftOfAda() {
  return { author_id: adaId, published: false }
}

test("samples of one's own are judged in place of those that were made up", () => {
  const auth = { id: adaId, email: null, role: "user", verified: false, metadata: {} }
  const documents = new Map([["posts", [{ name: "draft", needsAccount: false, fieldsFor: draftOfAda }]]])

  const said = saidOf({ callers: [{ name: "ada", auth }], documents })

  expect(said).toEqual({
    "posts/draft/create": "y",
    "posts/draft/read": "y",
    "posts/draft/update": "y",
    "posts/draft/delete": "y",
    "posts/draft/write views": "-",
  })
})

test("the text is the same each time, and a line a row", () => {
  const text = renderMatrix(rulesMatrix(blog, derivedSamples(blog)))

  expect(renderMatrix(rulesMatrix(blog, derivedSamples(blog)))).toBe(text)
  expect(text.split("\n").filter((line) => line.includes("give away"))).toHaveLength(3)
  expect(text).toMatch(/^ {2}others', published$/m)
  expect(text).toMatch(/^ {4}delete +- +- +yes$/m)
})
