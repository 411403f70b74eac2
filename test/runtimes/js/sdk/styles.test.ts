import { describe, expect, test } from "vitest"

import { guestBuilder } from "../../../helpers/guest-function.ts"

const buildGuest = guestBuilder()

const request = {
  method: "POST",
  url: "http://127.0.0.1:8090/api/functions/under-test?page=2",
  path: "/api/functions/under-test",
  headers: [
    ["content-type", "application/json"],
    ["x-test", "yes"],
  ],
  params: { id: "7" },
  query: { page: "2" },
  ip: "127.0.0.1",
} as const

describe("The style defineFunction", () => {
  test("gets the input and ctx, and answers the JSON of what it returns", async () => {
    const guest = await buildGuest(`import { defineFunction } from "@alyx/functions"
       export default defineFunction({ async handler(input, ctx) { return { hello: input.name, by: ctx.auth?.email ?? null } } })`)

    const { output, head } = await guest.call({ input: { name: "Ada" } })

    expect(guest.description).toMatchObject({ style: "define", exports: ["handler"], input: null, output: null })
    expect(JSON.parse(output)).toEqual({ hello: "Ada", by: null })
    expect(head).toBeNull()
  })

  test("answers null for nothing, and an empty input is an empty object", async () => {
    const guest = await buildGuest(`import { defineFunction } from "@alyx/functions"
       export default defineFunction({ handler({ name }, ctx) { ctx.log.info(typeof name) } })`)

    const { output, logs } = await guest.call()

    expect(output).toBe("null")
    expect(logs).toEqual([{ level: "info", message: "undefined" }])
  })

  test("may stand in module.exports", async () => {
    const guest = await buildGuest(
      `const { defineFunction } = require("@alyx/functions")
       module.exports = defineFunction({ handler: (input) => input.n * 2 })`,
      "under-test.js",
    )

    expect((await guest.call({ input: { n: 21 } })).output).toBe("42")
  })
})

describe("What a handler returns", () => {
  test("may be a function that has then, as promises of some libraries are", async () => {
    const guest = await buildGuest(
      `export default (req, res) => Object.assign(() => 1, { then: (resolve) => setTimeout(() => resolve({ later: true }), 1) })`,
    )
    const defined = await buildGuest(`import { defineFunction } from "@alyx/functions"
      export default defineFunction({ handler: () => Object.assign(() => 1, { then: (resolve) => resolve({ later: true }) }) })`)

    expect((await guest.call()).output).toBe('{"later":true}')
    expect((await defined.call()).output).toBe('{"later":true}')
  })
})

describe("The style (req, res)", () => {
  test("may answer in the callback of a promise that it does not return", async () => {
    const guest = await buildGuest(
      `export default (req, res) => { Promise.resolve().then(() => res.status(201).json({ later: true })) }`,
    )

    const { output, head } = await guest.call()

    expect(head?.status).toBe(201)
    expect(output).toBe('{"later":true}')
  })

  test("reads the request and answers with a status and headers", async () => {
    const guest = await buildGuest(`export default async function handler(req, res) {
         const { method, query, params, ip } = req
         res.header("x-made-by", "alyx").append("set-cookie", "a=1").append("set-cookie", "b=2")
         return res.json({ method, query, params, ip, input: req.input, test: req.headers["x-test"], get: req.headers.get("X-Test"), body: await req.json(), user: ctx.auth?.id }, 201)
       }`)

    const { output, head } = await guest.call({
      input: { a: 1 },
      context: { request, auth: { id: "u1", email: null, role: null, verified: false, metadata: {} } },
    })

    expect(guest.description.style).toBe("handler")
    expect(head?.status).toBe(201)
    expect(head?.headers).toEqual(
      expect.arrayContaining([
        ["x-made-by", "alyx"],
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
        ["content-type", "application/json"],
      ]),
    )
    expect(JSON.parse(output)).toEqual({
      method: "POST",
      query: { page: "2" },
      params: { id: "7" },
      ip: "127.0.0.1",
      input: { a: 1 },
      test: "yes",
      get: "yes",
      body: { a: 1 },
      user: "u1",
    })
  })

  test("is a POST of the input where nothing came over HTTP", async () => {
    const guest = await buildGuest(
      `export default (req, res) => { res.send({ method: req.method, url: req.url, input: req.input, type: req.header("Content-Type") }) }`,
    )

    const { output, head } = await guest.call({ input: { job: 3 } })

    expect(head?.status).toBe(200)
    expect(JSON.parse(output)).toEqual({
      method: "POST",
      url: "http://127.0.0.1:8090/api/functions/under-test",
      input: { job: 3 },
      type: "application/json",
    })
  })

  test.each([
    ["res.status(404).text('gone')", 404, "text/plain; charset=utf-8", "gone"],
    ["res.html('<b>x</b>')", 200, "text/html; charset=utf-8", "<b>x</b>"],
    ["res.redirect('/there')", 302, null, ""],
    ["res.redirect(301, '/there')", 301, null, ""],
    ["res.status(202).end()", 202, null, ""],
    ["res.sendStatus(204)", 204, null, ""],
    ["res.type('json').send('[1]')", 200, "application/json", "[1]"],
    ["res.send(new Uint8Array([65, 66]))", 200, "application/octet-stream", "AB"],
    ["new Response('ok', { status: 418, headers: { 'content-type': 'x/y' } })", 418, "x/y", "ok"],
    ["({ a: [1, null] })", 200, "application/json", '{"a":[1,null]}'],
    ["'plain'", 200, "text/plain; charset=utf-8", "plain"],
    ["undefined", 204, null, ""],
    ["res.status(403)", 403, null, ""],
    ["Promise.reject(new Response('no', { status: 401 }))", 401, "text/plain;charset=UTF-8", "no"],
  ])("answers %s", async (expression, status, type, body) => {
    const guest = await buildGuest(`export default async (req, res) => ${expression}`)

    const { output, head, failure } = await guest.call()

    expect(failure).toBeNull()
    expect(head?.status).toBe(status)
    expect(head?.headers.find(([name]) => name === "content-type")?.[1] ?? null).toBe(type)
    expect(output).toBe(body)
  })

  test.each([
    ["res.json(1); res.json(2)", "The answer was sent already", null],
    ["res.status(99).end()", "The status of an answer is a whole number from 200 to 599, not 99.", null],
    ["res.header('x', 'a\\nb').end()", "header", null],
    ["res.json({ a: () => 1 })", '"a" of what the function returned cannot be written as JSON: it is a function', 500],
  ])("refuses %s", async (statement, message, status) => {
    const guest = await buildGuest(`export default async (req, res) => { ${statement} }`)

    const { failure } = await guest.call()

    expect(failure?.message).toContain(message)
    expect(failure?.status).toBe(status)
  })

  test("a body that is no JSON is the caller's fault", async () => {
    const guest = await buildGuest(`export default (req, res) => res.json(req.input)`)

    const { failure } = await guest.call({ input: "{nope", context: { request } })

    expect(failure).toMatchObject({ code: "INVALID_JSON", status: 400 })
  })
})

describe("The style fetch", () => {
  const body = `{ return Response.json({ method: request.method, url: request.url, body: request.body === null ? null : await request.text() }, { status: 203 }) }`

  test.each([
    [`export default { async fetch(request) ${body} }`],
    [`export async function fetch(request) ${body}`],
    [`export default async function fetch(request) ${body}`],
    [`class App { async fetch(request) ${body} }; export default new App()`],
    [`module.exports = { async fetch(request) ${body} }`],
    [`class App { fetch = async (request, ...rest) => ${body} }; export default new App().fetch`],
  ])("%s", async (source) => {
    const guest = await buildGuest(source, "under-test.js")

    const { output, head } = await guest.call({ input: { a: 1 }, context: { request } })

    expect(guest.description).toMatchObject({ style: "fetch", exports: ["handler"] })
    expect(head?.status).toBe(203)
    expect(JSON.parse(output)).toEqual({ method: "POST", url: request.url, body: '{"a":1}' })
  })

  test("gets env and ctx as other runtimes give them", async () => {
    const guest = await buildGuest(
      `export default { fetch: (request, env, ctx) => { ctx.waitUntil(Promise.resolve()); return new Response(env.GREETING) } }`,
    )

    expect((await guest.call({ context: { env: { GREETING: "hi" } } })).output).toBe("hi")
  })

  test("says what is wrong when no Response comes", async () => {
    const guest = await buildGuest(`export default { fetch() { return { a: 1 } } }`)

    expect((await guest.call()).failure?.message).toBe("fetch() must return a Response; it returned object.")
  })
})

describe("A plug-in of Extism's kit", () => {
  test.each([
    ["module.exports = { greet() { Host.outputString('Hello, ' + Host.inputString()) }, other() {} }", "under-test.js"],
    [
      "export function greet() { Host.outputString('Hello, ' + Host.inputString()) }\nexport function other() { return 0 }",
      "under-test.ts",
    ],
    [
      "export async function greet() { await null; Host.outputString('Hello, ' + Host.inputString()) }\nexport const other = () => 0",
      "under-test.ts",
    ],
  ])("%s", async (source, file) => {
    const guest = await buildGuest(source, file)

    const { output } = await guest.call({ input: "Ada", entry: "greet" })

    expect(guest.description.style).toBe("plugin")
    expect(guest.description.exports.toSorted()).toEqual(["greet", "other"])
    expect(output).toBe("Hello, Ada")
  })

  test("fails by a return code", async () => {
    const guest = await buildGuest("export function greet() { return 3 }")

    expect((await guest.call({ entry: "greet" })).failure?.message).toContain("greet returned 3")
  })
})

describe("What is no function", () => {
  test.each([
    ["export default 3", "The default export is a number."],
    ["export default { handler() {} }", "The default export is an object with handler; wrap it in defineFunction()."],
    ["export default class Thing {}", "The default export is a class."],
    ["export const a = 1", "There is no default export, and none of a is a function without parameters."],
    ["const a = 1; console.log(a); export {}", "Nothing is exported."],
  ])("%s shows the three styles", async (source, message) => {
    const failed = buildGuest(source)

    await expect(failed).rejects.toThrow(message)
    await expect(failed).rejects.toThrow("export default { async fetch(request)")
  })
})
