import { describe, expect, test } from "vitest"

import { guestBuilder } from "../../../helpers/guest-function.ts"

const buildGuest = guestBuilder()

const fieldsOf = (details: unknown): Record<string, { code: string; message: string }[]> =>
  (details as { fields: Record<string, { code: string; message: string }[]> }).fields

const get = {
  method: "GET",
  url: "http://127.0.0.1:8090/api/functions/under-test",
  path: "/api/functions/under-test",
  headers: [],
  params: {},
  query: {},
  ip: "127.0.0.1",
} as const

describe("Input in the short form", () => {
  const source = `import { defineFunction } from "@alyx/functions"
    export default defineFunction({
      input: {
        title: { type: "string", required: true, maxLength: 5 },
        tags: { type: "array", items: "string", optional: true },
        count: { type: "int", min: 1, default: 3 },
        kind: { enum: ["a", "b"], optional: true, nullable: true },
        by: { type: "object", properties: { email: "email" }, optional: true },
        done: { type: "bool", optional: true },
      },
      output: { title: { type: "string" }, at: { type: "timestamp", optional: true } },
      handler: (input) => (input.title === "bad" ? { titel: 1 } : input.title === "void" ? undefined : { title: JSON.stringify(input), at: new Date(0) }),
    })`

  test("is described as JSON Schema", async () => {
    const { description } = await buildGuest(source)

    expect(description.input).toEqual({
      type: "object",
      properties: {
        title: { type: "string", maxLength: 5 },
        tags: { type: "array", items: { type: "string" } },
        count: { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 3 },
        kind: { enum: ["a", "b", null] },
        by: {
          type: "object",
          properties: { email: { type: "string", format: "email" } },
          required: ["email"],
          additionalProperties: false,
        },
        done: { type: "boolean" },
      },
      required: ["title"],
      additionalProperties: false,
    })
  })

  test("fills in defaults, and tells every problem by its path", async () => {
    const guest = await buildGuest(source)

    const fine = await guest.call({ input: { title: "abc", kind: null } })
    const wrong = await guest.call({
      input: { title: "abcdef", tags: ["x", 3], count: 0, kind: "c", by: { email: "nobody" }, tilte: 1 },
    })
    const empty = await guest.call()
    const list = await guest.call({ input: [] })
    const broken = await guest.call({ input: "{" })

    expect(JSON.parse((JSON.parse(fine.output) as { title: string }).title)).toEqual({
      title: "abc",
      kind: null,
      count: 3,
    })
    expect(wrong.failure).toMatchObject({ code: "INPUT_INVALID", status: 400 })
    expect(wrong.failure?.message).toBe("The input has 6 problems; the first: title must have at most 5 characters.")
    expect(fieldsOf(wrong.failure?.details)).toEqual({
      title: [{ code: "TOO_LONG", message: "title must have at most 5 characters." }],
      "tags[1]": [{ code: "WRONG_TYPE", message: "tags[1] must be a string." }],
      count: [{ code: "TOO_SMALL", message: "count must be at least 1." }],
      kind: [{ code: "NOT_IN_ENUM", message: 'kind must be one of "a", "b", null.' }],
      "by.email": [{ code: "INVALID_FORMAT", message: "by.email must be an email address." }],
      tilte: [{ code: "UNKNOWN_FIELD", message: "tilte is not a field here. Did you mean title?" }],
    })
    expect(empty.failure?.message).toBe("title is required.")
    expect(list.failure?.message).toBe("The input must be an object.")
    expect(broken.failure).toMatchObject({ code: "INVALID_JSON", status: 400 })
  })

  test("turns the texts of a query into numbers and booleans", async () => {
    const guest = await buildGuest(source)
    const input = { title: "12", count: "7", tags: "one", done: "true" }

    const asked = await guest.call({ input, context: { request: get } })
    const posted = await guest.call({ input, context: { request: { ...get, method: "POST" } } })
    const unfit = await guest.call({ input: { title: "1", count: "7x" }, context: { request: get } })

    expect(JSON.parse((JSON.parse(asked.output) as { title: string }).title)).toEqual({
      title: "12",
      count: 7,
      tags: ["one"],
      done: true,
    })
    expect(Object.keys(fieldsOf(posted.failure?.details))).toEqual(["tags", "count", "done"])
    expect(unfit.failure?.message).toBe("count must be a whole number.")
  })

  test("checks the output as its reader will see it", async () => {
    const guest = await buildGuest(source)

    const fine = await guest.call({ input: { title: "abc" } })
    const bad = await guest.call({ input: { title: "bad" } })
    const nothing = await guest.call({ input: { title: "void" } })

    expect((JSON.parse(fine.output) as { at: string }).at).toBe("1970-01-01T00:00:00.000Z")
    expect(bad.failure).toMatchObject({ code: "OUTPUT_INVALID", status: 500 })
    expect(Object.keys(fieldsOf(bad.failure?.details)).toSorted()).toEqual(["titel", "title"])
    expect(nothing.failure).toMatchObject({ code: "OUTPUT_UNSERIALIZABLE", status: 500 })
  })

  test.each([
    ['{ a: { type: "strng" } }', 'input.a has the type "strng", which there is not. Did you mean string?'],
    [
      '{ a: { type: "string", maxLenght: 3 } }',
      'input.a has "maxLenght", which is no option of "string". Did you mean maxLength?',
    ],
    [
      "{ a: { type: 'object', properties: { b: 3 } } }",
      'input.a.b must be a description such as { type: "string" }, not 3.',
    ],
    ["{ a: { type: 'int', required: true, optional: true } }", "input.a is both required and optional"],
    ["{ a: { type: 'string', pattern: '(' } }", "input.a.pattern is no regular expression"],
    ["{ a: { type: 'string', minLength: -1 } }", "input.a.minLength must be a whole number from 0, not -1."],
    ["[1]", '"input" of defineFunction must describe a value'],
  ])("a mistake in it fails the build: %s", async (input, message) => {
    const mistaken = `import { defineFunction } from "@alyx/functions"
      export default defineFunction({ input: ${input}, handler() {} })`

    await expect(buildGuest(mistaken)).rejects.toThrow(message)
  })

  test.each([
    ["defineFunction({ handle() {} })", 'defineFunction() knows no "handle". Did you mean handler?'],
    ["defineFunction({})", "defineFunction() needs a handler"],
    ["defineFunction(() => 1)", "defineFunction() takes an object"],
  ])("so does a mistake beside it: %s", async (expression, message) => {
    const mistaken = `import { defineFunction } from "@alyx/functions"\nexport default ${expression}`

    await expect(buildGuest(mistaken)).rejects.toThrow(message)
  })
})

describe("Input in other forms", () => {
  test("JSON Schema, with references", async () => {
    const guest = await buildGuest(`import { defineFunction } from "@alyx/functions"
      export default defineFunction({
        input: { type: "object", properties: { size: { $ref: "#/$defs/size" }, to: { anyOf: [{ type: "string" }, { type: "null" }] } }, required: ["size"], $defs: { size: { type: "integer", minimum: 3 } } },
        handler: (input) => input,
      })`)

    const fine = await guest.call({ input: { size: 3, other: true } })
    const wrong = await guest.call({ input: { size: 2, to: 4 } })

    expect(JSON.parse(fine.output)).toEqual({ size: 3, other: true })
    expect(fieldsOf(wrong.failure?.details)).toMatchObject({
      size: [{ code: "TOO_SMALL", message: "size must be at least 3." }],
      to: [{ code: "JSON_SCHEMA_MISMATCH" }],
    })
  })

  test("zod: its JSON Schema, its transformations, its messages, its async checks", async () => {
    const guest = await buildGuest(`import { defineFunction } from "@alyx/functions"
      import { z } from "zod"
      export default defineFunction({
        input: z.object({ email: z.email(), n: z.number().max(3).default(2), name: z.string().refine(async (name) => name !== "taken", "This name is taken") }),
        output: z.object({ length: z.number() }),
        handler: (input) => ({ length: input.email.length + input.n }),
      })`)

    const fine = await guest.call({ input: { email: "a@b.de", name: "free" } })
    const wrong = await guest.call({ input: { email: "nope", n: 4, name: "free" } })
    const taken = await guest.call({ input: { email: "a@b.de", name: "taken" } })

    expect(guest.description.input).toMatchObject({ type: "object", required: ["email", "name"] })
    expect(guest.description.output).toMatchObject({ properties: { length: { type: "number" } } })
    expect(JSON.parse(fine.output)).toEqual({ length: 8 })
    expect(fieldsOf(wrong.failure?.details)).toMatchObject({
      email: [{ code: "INVALID_FORMAT" }],
      n: [{ code: "TOO_BIG" }],
    })
    expect(taken.failure?.message).toBe("name: This name is taken.")
  })
})

describe("Any Standard Schema", () => {
  test("may be a function, check asynchronously, and name places by objects; without JSON Schema there is none", async () => {
    const guest = await buildGuest(`import { defineFunction } from "@alyx/functions"
      const input = () => {}
      input["~standard"] = { version: 1, vendor: "test", validate: async (value) => {
        await null
        return value.n > 2 ? { value: { doubled: value.n * 2 } } : { issues: [{ message: "too few", path: [{ key: "list" }, 0, "n"] }] }
      } }
      export default defineFunction({ input, handler: (input) => input.doubled })`)

    const fine = await guest.call({ input: { n: 3 } })
    const wrong = await guest.call({ input: { n: 1 } })

    expect(guest.description.input).toBeNull()
    expect(fine.output).toBe("6")
    expect(wrong.failure).toMatchObject({ code: "INPUT_INVALID", message: "list[0].n: too few." })
    expect(Object.keys(fieldsOf(wrong.failure?.details))).toEqual(["list[0].n"])
  })

  test("gets a copy of an output, which it may change", async () => {
    const guest = await buildGuest(`import { defineFunction } from "@alyx/functions"
      const output = { "~standard": { version: 1, vendor: "test", validate: (value) => { value.calls += 10; return { value } } } }
      const own = { calls: 0 }
      export default defineFunction({ output, handler: () => { own.calls += 1; return own } })`)

    expect((await guest.call()).output).toBe('{"calls":11}')
    expect((await guest.call()).output).toBe('{"calls":12}')
  })
})

describe("An output that JSON cannot hold", () => {
  const returned = {
    "a function": ["{ a: { b: [1, () => 1] } }", "a.b[1]", "a function"],
    "a symbol": ["{ a: Symbol.iterator }", "a", "a symbol"],
    "a BigInt": ["[1n]", "[0]", "a BigInt"],
    "a cycle": ["loop()", "me", "an object that holds itself"],
    "undefined in a list": ["[1, undefined]", "[1]", "undefined"],
    "not a number": ["{ 'x-y z': NaN }", '["x-y z"]', "NaN"],
    "a forgotten await": ["{ posts: Promise.resolve(1) }", "posts", "a promise (await it)"],
    "a Map": ["new Map()", "", "a Map"],
    bytes: ["{ image: new Uint8Array(3) }", "image", "bytes"],
    depth: ["deep(300)", undefined, "nested deeper than 200 levels"],
  } as const

  test("is an error that says where", async () => {
    const cases = Object.entries(returned).map(
      ([name, [expression]]) => `${JSON.stringify(name)}: () => (${expression})`,
    )
    const guest = await buildGuest(`import { defineFunction } from "@alyx/functions"
      function loop() { const o = {}; o.me = o; return o }
      function deep(n) { let o = {}; for (let i = 0; i < n; i++) o = { o }; return o }
      const cases = { ${cases.join(", ")} }
      export default defineFunction({ handler: (input) => cases[input.name]() })`)

    for (const [name, [, path, what]] of Object.entries(returned)) {
      const { failure } = await guest.call({ input: { name } })
      expect(failure, name).toMatchObject({ code: "OUTPUT_UNSERIALIZABLE", status: 500 })
      expect(failure?.message, name).toContain(what)
      if (path !== undefined) expect(failure?.details, name).toEqual({ path })
    }
  })

  test("what JSON.stringify writes well is written so", async () => {
    const guest = await buildGuest(`import { defineFunction } from "@alyx/functions"
      export default defineFunction({ handler: () => ({ at: new Date(0), gone: undefined, n: new Number(3), own: { toJSON: () => "x" }, twice: [shared, shared] }) })
      const shared = { a: null }`)

    expect((await guest.call()).output).toBe(
      '{"at":"1970-01-01T00:00:00.000Z","n":3,"own":"x","twice":[{"a":null},{"a":null}]}',
    )
  })

  test("getters are asked once", async () => {
    const guest = await buildGuest(`import { defineFunction } from "@alyx/functions"
      let n = 0
      export default defineFunction({ handler: () => ({ a: 1, inner: [{ get v() { n += 1; return n === 1 ? "first" : n } }] }) })`)

    expect((await guest.call()).output).toBe('{"a":1,"inner":[{"v":"first"}]}')
  })
})
