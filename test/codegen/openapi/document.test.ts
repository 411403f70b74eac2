import * as fc from "fast-check"
import { expect, test } from "vitest"

import { filterOperatorsOf, filterPattern } from "../../../src/codegen/openapi/filter-syntax.ts"
import { collectionPlan } from "../../../src/daemon/records/collection-plan.ts"
import { filterOperators } from "../../../src/daemon/records/condition.ts"
import { parseListQuery } from "../../../src/daemon/records/list-query.ts"
import { defaultRecordLimits } from "../../../src/daemon/records/records.ts"
import { fieldTypes } from "../../../src/schema/schema.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { arbitrarySchemaText, requireSchema } from "../../schema/arbitrary-schema.ts"
import { evilSchema } from "./evil-schema.ts"
import { defaultLimits, madeDocument } from "./made-document.ts"
import { someFunctions } from "./some-functions.ts"

type Json = any // oxlint-disable-line typescript/no-explicit-any -- a test looks into whatever was made

test("the limits are those of the server", () => {
  expect(defaultLimits).toMatchObject(defaultRecordLimits)
})

test("no name occurs twice, not even when case and underscores are dropped", () => {
  const document: Json = madeDocument(evilSchema)

  const schemas = Object.keys(document.components.schemas)
  const ids = Object.values<Json>(document.paths).flatMap((item) =>
    Object.values<Json>(item).map((one) => one.operationId),
  )
  const tags = document.tags.map((tag: Json) => tag.name)

  expect(schemas.length).toBe(29 + 11 * 11)
  for (const names of [schemas, ids, tags]) {
    expect(new Set(names.map(spelling)).size).toBe(names.length)
    for (const name of names) expect(name).toMatch(/^[A-Za-z][A-Za-z0-9_]*$/)
  }
})

test("functions are described by name and by route, with what they take and answer", () => {
  const document: Json = madeDocument(evilSchema, { functions: someFunctions })
  const { paths } = document
  const ids = Object.values<Json>(paths).flatMap((item) => Object.values<Json>(item).map((one) => one.operationId))

  expect(new Set(ids.map(spelling)).size).toBe(ids.length)
  const { get, post } = paths["/api/functions/create-post"]
  expect(post.requestBody.content["application/json"].schema).toMatchObject({ required: ["title"] })
  expect(post.requestBody.content["application/json"].schema).not.toHaveProperty("$schema")
  const answer = post.responses["200"].content["application/json"].schema
  expect(answer.required).toEqual(["output", "request_id", "duration_ms"])
  expect(answer.properties.output.required).toEqual(["id"])
  expect(Object.keys(post.responses)).toEqual(expect.arrayContaining(["400", "401", "403", "404", "500", "503", "504"]))
  expect(get.parameters.map((one: Json) => one.name)).toEqual(["title", "tags", undefined])
  expect(Object.keys(paths["/orders/{id}"]).toSorted()).toEqual(["delete", "get", "put"])
  expect(paths["/orders/{id}"].delete.parameters[0].name).toBe("id")
  expect(Object.keys(paths["/files/{rest}"])).toEqual(["get", "post", "put", "patch", "delete"])
  expect(paths["/api/functions/other"]).toBeUndefined()
  expect(Object.keys(paths["/"])).toEqual(["get", "post"])
  expect(JSON.stringify(paths["/api/functions/tree"])).not.toContain("$defs")
})

test("the same schema makes the same text, whatever the order of its collections", () => {
  const one = "collections: { a: { fields: { x: { type: int } } }, b: { fields: { y: { type: text } } } }"
  const other = "collections: { b: { fields: { y: { type: text } } }, a: { fields: { x: { type: int } } } }"

  expect(JSON.stringify(madeDocument(other))).toBe(JSON.stringify(madeDocument(one)))
})

// In the evil schema `posts` is numbered, since PostsC_reate would be equal to the name of its create.
test("internal fields occur in bodies of writes alone, and no relation goes over one", () => {
  const document: Json = madeDocument(evilSchema)
  const { schemas } = document.components

  expect(Object.keys(schemas.Posts3Create.properties)).toEqual(expect.arrayContaining(["secret", "hidden_id"]))
  expect(schemas.Posts3Update.properties.secret.description).toContain("never answered")
  const { Posts3Create: _create, Posts3Update: _update, ...others } = schemas
  expect(JSON.stringify([others, document.paths])).not.toMatch(/secret|hidden/)
})

test("an expanded relation is the document, null where the reference may be empty, a list for those that point back", () => {
  const { schemas }: Json = madeDocument(evilSchema).components

  expect(schemas.Posts3.properties.other.anyOf).toEqual([{ $ref: "#/components/schemas/Posts3" }, { type: "null" }])
  expect(schemas.Posts3.properties["posts(other_id)"]).toMatchObject({ type: "array", maxItems: 100 })
  expect(schemas.Posts3.properties.next.anyOf).toHaveLength(2)
  expect(schemas.Posts3.required).not.toContain("other")
  expect(schemas.Posts3Selection.required).toBeUndefined()
})

test("no two parameters that contradict each other have defaults", () => {
  const { get }: Json = madeDocument(evilSchema).paths["/api/collections/posts"]

  const withDefault = get.parameters.filter((one: Json) => one.schema?.default !== undefined)
  expect(withDefault.map((one: Json) => one.name)).toEqual(["skipTotal"])
})

test("a delete lists REFERENCE_CONFLICT only where a document may stand in the way", () => {
  const document: Json = madeDocument(`collections:
  top: { fields: { x: { type: int } } }
  middle: { fields: { top_id: { type: uuid, references: top.id, onDelete: cascade, index: true } } }
  leaf: { fields: { middle_id: { type: uuid, references: middle.id, onDelete: restrict, index: true } } }
`)
  const statuses = (name: string) => Object.keys(document.paths[`/api/collections/${name}/{id}`].delete.responses)

  expect(statuses("top")).toContain("409")
  expect(statuses("middle")).toContain("409")
  expect(statuses("leaf")).not.toContain("409")
})

test("the pattern of a filter knows the operators that the server knows of each type", () => {
  const fields = fieldTypes.map((type) => `f_${type}: { type: ${type}, nullable: true }`).join(", ")
  const schema = requireSchema(`collections: { kinds: { fields: { ${fields} } } }`)
  const collection = schema.collections.get("kinds")!
  const plan = collectionPlan(defaultRecordLimits, schema, "kinds")
  const pattern = new RegExp(filterPattern([...collection.fields.values()]), "u")
  const values = {
    uuid: "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d",
    string: "a",
    text: "a",
    int: "1",
    float: "1",
    bool: "true",
    timestamp: "2026-01-31",
    json: "a",
    blob: "AAEC",
  }
  const isTaken = (text: string): boolean => {
    try {
      parseListQuery(plan, [["filter", text]])
      return true
    } catch {
      return false
    }
  }

  for (const type of fieldTypes) {
    for (const operator of [...filterOperators, "equals"]) {
      for (const value of [values[type], "null"]) {
        const text = `f_${type}:${operator}:${value}`
        // Whether the value fits is left to the server.
        if (value === "null" && isTaken(text)) expect(text).toMatch(pattern)
        if (value !== "null") expect({ text, fits: pattern.test(text) }).toEqual({ text, fits: isTaken(text) })
      }
    }
    expect(filterOperatorsOf[type].length).toBeGreaterThan(0)
  }
  expect("f_json:eq:null").toMatch(pattern)
  expect("f_json:eq:nullx").not.toMatch(pattern)
})

const guarded = `collections:
  users:
    fields:
      email: { type: string, unique: true, format: email, rules: { read: "auth.id == doc.id" } }
      name: { type: string }
      role: { type: string, default: user }
      note: { type: string, nullable: true, rules: { read: false } }
    rules: { create: true, read: true, update: "auth.id == doc.id" }
  logs:
    fields: { text: { type: text }, size: { type: int, nullable: true, rules: { write: "auth.verified" } } }
    rules: { read: "auth.role == 'auditor'" }
    read_in_memory: true
`

test("an operation says whether a token is of use, and what it may be refused with for want of rights", () => {
  const { paths, components }: Json = madeDocument(guarded)
  const codesOf = (responses: Json, status: number): string[] => {
    const ref: string | undefined = responses[status]?.$ref
    if (ref === undefined) return []
    const answer = components.responses[ref.split("/").at(-1)!]
    return Object.keys(answer.content["application/json"].examples)
  }
  const users = paths["/api/collections/users"]
  const logs = paths["/api/collections/logs"]

  expect(components.securitySchemes.bearer).toMatchObject({ type: "http", scheme: "bearer" })
  expect(users.get.security).toEqual([{}, { bearer: [] }])
  expect(logs.post.security).toEqual([{ bearer: [] }])
  expect(paths["/api/auth/me"].get.security).toEqual([{ bearer: [] }])
  expect(paths["/api/auth/login"].post.security).toEqual([])
  expect(codesOf(users.get.responses, 401)).toEqual(["INVALID_TOKEN"])
  expect(codesOf(users.get.responses, 403)).toEqual(["FORBIDDEN_FIELD", "FORBIDDEN_SCOPE"])
  expect(codesOf(users.post.responses, 403)).toContain("REGISTER_INSTEAD")
  expect(codesOf(paths["/api/collections/users/{id}"].patch.responses, 403)).toContain("MANAGED_FIELD")
  expect(codesOf(logs.post.responses, 403)).toEqual(["FORBIDDEN", "FORBIDDEN_FIELD", "FORBIDDEN_SCOPE"])
  expect(codesOf(logs.get.responses, 429)).toEqual(["RATE_LIMITED"])
})

test("what nobody sees is left out, what not everybody sees is optional, what the service keeps is read only", () => {
  const { schemas }: Json = madeDocument(guarded).components

  expect(schemas.Users.properties).not.toHaveProperty("note")
  expect(schemas.UsersCreate.properties).toHaveProperty("note")
  expect(schemas.Users.required).toEqual(["id", "name", "role", "created_at", "updated_at"])
  expect(schemas.Users.properties.email).toMatchObject({ readOnly: true, description: expect.stringMatching(/a rule/) })
  expect(schemas.UsersUpdate.properties.role.readOnly).toBe(true)
  expect(schemas.UsersUpdate.properties.name).not.toHaveProperty("readOnly")
  expect(schemas.AuthRegister).toMatchObject({ required: ["email", "password", "name"], additionalProperties: false })
  expect(Object.keys(schemas.AuthRegister.properties).toSorted()).toEqual([
    "created_at",
    "email",
    "name",
    "note",
    "password",
    "updated_at",
  ])
  expect(schemas.LogsList.properties).toHaveProperty("truncated")
  expect(schemas.UsersList.properties).not.toHaveProperty("truncated")
})

test("without a users collection a registration takes an address and a password, and nothing is managed", () => {
  const { schemas }: Json = madeDocument(guarded, { accountsCollection: null }).components

  expect(Object.keys(schemas.AuthRegister.properties)).toEqual(["email", "password"])
  expect(schemas.UsersUpdate.properties.role).not.toHaveProperty("readOnly")
})

test("every reference of the document of a random schema points at something", () => {
  const seed = testSeed()
  process.stdout.write(`seed ${seed}\n`)
  fc.assert(
    fc.property(arbitrarySchemaText(), (text) => {
      const document: Json = madeDocument(text)
      for (const [, pointer] of JSON.stringify(document).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
        const found = pointer!.split("/").reduce<Json>((value, part) => value?.[part], document)
        expect(found, pointer).toBeDefined()
      }
    }),
    { numRuns: scaled(1_000, 20), seed },
  )
})

function spelling(name: string): string {
  return name.replaceAll("_", "").toLowerCase()
}
