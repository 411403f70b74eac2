import { writeFile } from "node:fs/promises"
import { join } from "node:path"

import { expect, test } from "vitest"

import { isAlyxError } from "../../../src/errors.ts"
import { readSeedFile } from "../../../src/project/seed-files/read-seed-file.ts"
import type { SeedDocument } from "../../../src/project/seed-files/seed-document.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { requireSchema } from "../../schema/arbitrary-schema.ts"

const schema = requireSchema(`
collections:
  users:
    fields:
      email: { type: string, format: email, unique: true }
      age: { type: int, nullable: true }
      role: { type: string, default: member }
      about: { type: text }
  posts:
    fields:
      title: { type: string }
      rating: { type: float, nullable: true }
      draft: { type: bool, default: true }
      tags: { type: json, nullable: true }
      author_id: { type: uuid, references: users.id, onDelete: cascade, index: true }
`)

async function read(name: string, text: string | Uint8Array, collection?: string): Promise<SeedDocument[]> {
  const folder = await tempFolder()
  await writeFile(join(folder, name), text)
  const documents: SeedDocument[] = []
  const file = { path: join(folder, name), name, schema, ...(collection !== undefined && { collection }) }
  for await (const document of readSeedFile(file)) documents.push(document)
  return documents
}

async function refusal(name: string, text: string | Uint8Array, collection?: string): Promise<string> {
  const error: unknown = await read(name, text, collection).catch((thrown: unknown) => thrown)
  if (!isAlyxError(error)) throw new Error(`was not refused: ${JSON.stringify(error)}`)
  const places = error.problems.map(({ at }) => `${at?.line}:${at?.column}`)
  return `${error.code} ${places.join(" ")} ${error.problems.map(({ message }) => message).join(" ") || error.message} ${error.next ?? ""}`
}

const ada = { collection: "users", data: { email: "ada@example.com", about: 'x, "y"' } }

test.each([
  ["a.json", JSON.stringify({ users: [ada.data] }), "a.json:1:11"],
  ["a.json", `\uFEFF${JSON.stringify([ada], null, 2)}`, "a.json:2:3"],
  ["a.json", JSON.stringify({ operations: [{ op: "create", ...ada }] }), "a.json:1:16"],
  ["a.yaml", `users:\n  - email: ada@example.com\n    about: 'x, "y"'\n`, "a.yaml:2:5"],
  ["a.yml", `- { collection: users, data: { email: ada@example.com, about: 'x, "y"' } }\n`, "a.yml:1:3"],
  ["a.ndjson", `\n${JSON.stringify(ada)}\r\n\n`, "a.ndjson:2"],
  ["users.csv", `email,about\r\nada@example.com,"x, ""y"""\r\n`, "users.csv:2"],
])("%s %j holds the document", async (name, text, at) => {
  expect(await read(name, text)).toEqual([{ ...ada, at }])
})

test("cells are values of their fields; empty ones are null, the default, or an empty text", async () => {
  const text = [
    "\uFEFFtitle,rating,draft,tags,author.email",
    'A,1.5,false,"[""a"",""b""]",ada@example.com',
    "",
    '"two\r\nlines",,,,',
    ",-2e3,1,{},x",
  ].join("\r\n")

  const documents = await read("export.csv", text, "posts")

  expect(documents.map(({ data, at }) => [at, data])).toEqual([
    ["export.csv:2", { title: "A", rating: 1.5, draft: false, tags: ["a", "b"], author: { email: "ada@example.com" } }],
    ["export.csv:4", { title: "two\r\nlines", rating: null, tags: null, author: null }],
    ["export.csv:6", { title: "", rating: -2000, draft: true, tags: {}, author: { email: "x" } }],
  ])
})

test.each([
  ["a.json", '{\n  "users": [ { "email": } ]\n}', "SEED_INVALID 2:25 a.json is not valid JSON"],
  ["a.json", '{\n  "users": { "email": "x" }\n}', "2:12 Expected a list of the documents of users here."],
  ["a.json", '{ "users": [\n 5 ] }', "2:2 A document of users must be an object of fields."],
  ["a.json", '[ { "op": "delete", "collection": "users" } ]', 'A seed cannot "delete"'],
  ["a.json", '{ "users": [] } x', "1:17"],
  ["a.yaml", "users:\n  - email: 'x\n", "YAML"],
  ["a.yaml", "users: 5", 'SEED_INVALID 1:1 "users" must be a list'],
  ["a.ndjson", '{"collection":"users","data":{}}\n{"collection":\n', "2:15 The line is not valid JSON"],
  ["a.ndjson", "[]\n", "1:1 An entry of the list must be an object"],
  ["users.csv", "email,agee\nx,y\n", '1:7 "agee" is not a field of users. Did you mean age?'],
  ["users.csv", "email,age\na,1\nb,old\n", '3:1 age must be a whole number, and is "old".'],
  ["users.csv", "email,age\na,1,2\n", "users.csv is not valid CSV"],
  ["users.csv", 'email,about\na,"open\n', "users.csv is not valid CSV"],
  ["user.csv", "email\nx\n", 'COLLECTION_NOT_FOUND  There is no collection "user"'],
  ["a.ndjson", Uint8Array.from([0x7b, 0xff, 0x0a]), "is not a text file in UTF-8"],
  ["a.txt", "x", "USAGE"],
])("%s %j is refused with its place", async (name, text, message) => {
  expect(await refusal(name, text)).toContain(name === "a.yaml" && message === "YAML" ? "SEED_INVALID" : message)
})

test("a file that must be read whole is refused when it is too large, with the way out", async () => {
  const text = `{"users":[${" ".repeat(64 * 1024 * 1024)}]}`

  expect(await refusal("big.json", text)).toContain("Write it as NDJSON")
})

test("--collection is for CSV files alone", async () => {
  expect(await refusal("a.json", "{}", "users")).toContain("--collection is for CSV files")
})
