import { writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, test } from "vitest"

import { loadSamples } from "../../src/project/rules-samples.ts"
import { derivedSamples } from "../../src/rules/matrix-samples.ts"
import { tempFolder } from "../helpers/temp-folder.ts"
import { schemaFrom } from "../rules/rule-fixture.ts"

const schema = schemaFrom(`
collections:
  posts:
    fields: { author_id: { type: uuid }, views: { type: int } }
    rules: { read: "auth.id == doc.author_id" }
  notes:
    fields: { text: { type: text } }
    rules: { read: true }
`)

async function loaded(text: string) {
  const root = await tempFolder()
  await writeFile(path.join(root, "rules.samples.yaml"), text)
  return loadSamples(root, schema, derivedSamples(schema))
}

test("callers and the documents of a collection take the place of the derived ones", async () => {
  const { samples, problems } = await loaded(`
callers:
  ada: { id: 0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d, role: editor, verified: true, metadata: { plan: pro } }
documents:
  posts:
    hers: { author_id: 0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d, views: 3 }
`)

  expect(problems).toEqual([])
  expect(samples.callers).toEqual([
    expect.objectContaining({ name: "anonymous" }),
    {
      name: "ada",
      auth: {
        id: "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d",
        email: null,
        role: "editor",
        verified: true,
        metadata: { plan: "pro" },
      },
    },
  ])
  expect(samples.documents.get("posts")!.map(({ name }) => name)).toEqual(["hers"])
  expect(samples.documents.get("notes")!.map(({ name }) => name)).toEqual(["any"])
})

test("everything that is wrong is named with its line and the nearest right word", async () => {
  const { problems } = await loaded(`caller: {}
callers:
  ada: { role: 5, nick: a }
documents:
  pots: {}
  posts:
    hers: { autor_id: x, views: many }
`)

  const said = problems.map(({ message, next, at }) => `${at?.line} ${message} ${next ?? ""}`.trim())
  expect(said).toEqual([
    "1 The file has no caller. Did you mean callers?",
    "3 role of the caller ada must be a text.",
    "3 A caller has no nick. There are: id, email, role, verified, metadata.",
    "3 The caller ada needs an id.",
    "5 There is no collection pots. Did you mean posts?",
    "7 posts has no field autor_id. Did you mean author_id?",
    "7 The value does not fit views of posts, which is of type int.",
  ])
})

test("YAML that does not parse is said, and nothing else", async () => {
  const { problems } = await loaded("callers: [")

  expect(problems.map(({ code }) => code)).toEqual(["YAML_SYNTAX"])
})

test("without a file the derived samples are it", async () => {
  const derived = derivedSamples(schema)

  expect(loadSamples(await tempFolder(), schema, derived)).toEqual({ samples: derived, problems: [], text: "" })
})
