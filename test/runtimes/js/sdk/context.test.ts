import { describe, expect, test } from "vitest"

import type { SubmittedOperation } from "../../../../src/functions/guest-abi.ts"
import type { Answering } from "../../../helpers/guest-function.ts"
import { guestBuilder } from "../../../helpers/guest-function.ts"

const buildGuest = guestBuilder()

/** A handler whose body is given by the test, as an expression of ctx. */
const handlerOf = (
  body: string,
  head = "",
): string => `import { defineFunction, FunctionError, AlyxError, getContext, lazy } from "@alyx/functions"
${head}
export default defineFunction({ async handler(input, ctx) { ${body} } })`

const collections = { posts: "id", users: "id" }

const echo: Answering = (operation) => ({
  body: JSON.stringify({ id: "p1", echoed: (operation as { data?: unknown }).data ?? null }),
})

const steps = (operations: readonly SubmittedOperation[]): string[] =>
  operations.flatMap((operation) =>
    operation.op === "transaction"
      ? [operation.step]
      : operation.op === "db"
        ? [operation.tx === true ? "tx" : "db"]
        : [],
  )

describe("ctx.db", () => {
  test("says every operation as the host wants it", async () => {
    const guest = await buildGuest(
      handlerOf(`
        await ctx.db.posts.get("p1", { expand: ["author"], fields: ["id"] })
        await ctx.db.posts.list({ filter: { views: { $gt: 3 } }, sort: "-views", limit: 2 })
        await ctx.db.posts.first({ filter: "views:gt:3" })
        await ctx.db.posts.count()
        await ctx.db.posts.create({ title: "a", at: new Date(0), gone: undefined })
        await ctx.db.posts.update("p1", { views: ctx.db.raw("views + 1"), title: "b" }, { ifMatch: "x" })
        await ctx.db.posts.delete("p1")
        await ctx.db.posts.updateMany({ views: 1 }, { views: ctx.db.raw("0") })
        await ctx.db.posts.deleteMany({})
        return ctx.alyx.collections.posts === ctx.db.posts && ctx.db.collection("posts") === ctx.db.posts`),
    )

    const { operations, output } = await guest.call({ context: { collections }, answer: echo })

    expect(output).toBe("true")
    const db = { op: "db", collection: "posts" }
    expect(operations).toEqual([
      { ...db, action: "get", key: "p1", options: { expand: ["author"], fields: ["id"] } },
      { ...db, action: "list", options: { filter: { views: { $gt: 3 } }, sort: "-views", limit: 2 } },
      { ...db, action: "first", options: { filter: "views:gt:3" } },
      { ...db, action: "count" },
      { ...db, action: "create", data: { title: "a", at: "1970-01-01T00:00:00.000Z" } },
      { ...db, action: "update", key: "p1", data: { views: { $raw: "views + 1" }, title: "b" }, ifMatch: "x" },
      { ...db, action: "delete", key: "p1" },
      { ...db, action: "updateMany", filter: { views: 1 }, data: { views: { $raw: "0" } } },
      { ...db, action: "deleteMany", filter: {} },
    ])
  })

  test("never takes what a caller sent for an expression", async () => {
    const guest = await buildGuest(handlerOf(`return ctx.db.users.update("u1", input)`))

    const { failure, operations } = await guest.call({
      input: { name: { $raw: "password_hash" } },
      context: { collections },
      answer: echo,
    })

    expect(failure).toMatchObject({ code: "VALIDATION_ERROR" })
    expect(failure?.message).toContain('name of users must not be an object with "$raw"')
    expect(operations.filter(({ op }) => op === "db")).toEqual([])
  })

  test("fails clearly: a mistyped collection, no key, no filter, no data, raw in a create", async () => {
    const guest = await buildGuest(
      handlerOf(`
        const tries = [
          () => ctx.db.post.list(), () => ctx.db.posts.get(undefined), () => ctx.db.posts.deleteMany(undefined),
          () => ctx.db.posts.create([]), () => ctx.db.posts.create({ views: ctx.db.raw("1") }), () => ctx.db.raw(""),
          () => ctx.db.query("SELECT 1"), () => ctx.asAdmin.db, () => { ctx.db.posts = 3 },
        ]
        const said = []
        for (const attempt of tries) try { await attempt(); said.push(null) } catch (error) { said.push(error.message) }
        return said`),
    )

    const { output } = await guest.call({ context: { collections } })

    expect(JSON.parse(output)).toEqual([
      "There is no collection post. Did you mean posts? Collections: posts, users.",
      "posts.get needs the primary key of a document first, and was given undefined.",
      "posts.deleteMany needs a filter first, and was given undefined; {} means every document.",
      "posts.create needs an object of fields, and was given a list.",
      "views of posts cannot be raw() in a create: there is no row yet.",
      'raw() takes an expression: ctx.db.raw("views + 1").',
      'ctx.db.query() needs the line "privileged: true" in the manifest of under-test.',
      'ctx.asAdmin needs the line "privileged: true" in the manifest of under-test.',
      "ctx.db.posts cannot be set; write documents with create and update.",
    ])
  })

  test("is an object that tools can look at", async () => {
    const guest = await buildGuest(
      handlerOf(`
        const awaited = await ctx.db
        return [awaited === ctx.db, Object.keys(ctx.db), "posts" in ctx.db, "then" in ctx.db, Object.keys(ctx).includes("secrets")]`),
    )

    expect(JSON.parse((await guest.call({ context: { collections } })).output)).toEqual([
      true,
      ["posts", "users"],
      true,
      false,
      false,
    ])
  })

  test("as an admin and by SQL where the manifest allows it", async () => {
    const guest = await buildGuest(
      handlerOf(`
        await ctx.asAdmin.db.posts.get("p1")
        const rows = await ctx.db.query("SELECT ?", [1])
        const { changes } = await ctx.db.exec("DELETE FROM posts")
        return [rows, changes]`),
    )

    const { operations, output } = await guest.call({
      context: { collections, privileged: true },
      answer: (operation) =>
        operation.op === "sql" && operation.mode === "exec" ? { value: { changes: 2 } } : { body: '[{"n":1}]' },
    })

    expect(JSON.parse(output)).toEqual([[{ n: 1 }], 2])
    expect(operations).toEqual([
      { op: "db", collection: "posts", action: "get", key: "p1", asAdmin: true },
      { op: "sql", mode: "query", sql: "SELECT ?", params: [1] },
      { op: "sql", mode: "exec", sql: "DELETE FROM posts", params: [] },
    ])
  })
})

describe("ctx.db.transaction", () => {
  const source = handlerOf(`
    let kept
    const result = await ctx.db.transaction(async (tx) => {
      kept = tx
      await tx.posts.create({ title: "a" })
      if (input.nested) await ctx.db.transaction(async () => {})
      if (input.throw) throw new FunctionError("NO", 409, "no")
      return "done"
    }, input.timeout === undefined ? undefined : { timeout: input.timeout })
    if (input.late) await kept.posts.get("p1")
    await ctx.db.posts.get("p1")
    return result`)

  test("begins, works through its handle, and commits", async () => {
    const guest = await buildGuest(source)

    const plain = await guest.call({ context: { collections }, answer: echo })
    const timed = await guest.call({ input: { timeout: "1.5s" }, context: { collections }, answer: echo })
    const wrong = await guest.call({ input: { timeout: "soon" }, context: { collections }, answer: echo })

    expect(plain.output).toBe('"done"')
    expect(steps(plain.operations)).toEqual(["begin", "tx", "commit", "db"])
    expect(timed.operations[0]).toEqual({ op: "transaction", step: "begin", timeoutMs: 1500 })
    expect(wrong.failure?.message).toContain('milliseconds or a text like "5s", not "soon"')
  })

  test("rolls back when its work throws, and the instance goes on", async () => {
    const guest = await buildGuest(source)

    const thrown = await guest.call({ input: { throw: true }, context: { collections }, answer: echo })
    const nested = await guest.call({ input: { nested: true }, context: { collections }, answer: echo })
    const late = await guest.call({ input: { late: true }, context: { collections }, answer: echo })
    const after = await guest.call({ context: { collections }, answer: echo })

    expect(thrown.failure).toMatchObject({ name: "FunctionError", code: "NO", status: 409 })
    expect(steps(thrown.operations)).toEqual(["begin", "tx", "rollback"])
    expect(nested.failure).toMatchObject({ code: "TRANSACTION_OPEN", status: null })
    expect(steps(nested.operations)).toEqual(["begin", "tx", "rollback"])
    expect(late.failure).toMatchObject({ code: "TRANSACTION_ENDED", status: null })
    expect(steps(late.operations)).toEqual(["begin", "tx", "commit"])
    expect(after.output).toBe('"done"')
  })
})

describe("Errors", () => {
  test("of a FunctionError keep their code, status and details; others have none", async () => {
    const guest = await buildGuest(
      handlerOf(`
        const throws = {
          three: () => { throw new FunctionError("OUT_OF_STOCK", 409, "None is left.", { left: 0 }) },
          parts: () => { throw new FunctionError({ code: "GONE", status: 410 }) },
          plain: () => { throw new TypeError("oops") },
          text: () => { throw "just text" },
          nothing: () => Promise.reject(undefined),
          code: () => { throw new FunctionError("lower", 409, "x") },
          status: () => { throw new FunctionError("A", 200, "x") },
        }
        return throws[input.name]()`),
    )
    const fail = async (name: string) => (await guest.call({ input: { name } })).failure

    expect(await fail("three")).toMatchObject({
      name: "FunctionError",
      code: "OUT_OF_STOCK",
      status: 409,
      message: "None is left.",
      details: { left: 0 },
    })
    expect(await fail("parts")).toMatchObject({ code: "GONE", status: 410, message: "GONE" })
    expect(await fail("plain")).toMatchObject({ name: "TypeError", code: null, status: null, message: "oops" })
    expect((await fail("plain"))?.stack).toContain("under-test")
    expect(await fail("text")).toMatchObject({ code: null, status: null, message: "just text" })
    expect(await fail("nothing")).toMatchObject({ code: null, status: null })
    expect((await fail("code"))?.message).toContain("made of capital letters")
    expect((await fail("status"))?.message).toContain("from 400 to 599; it was 200")
  })

  test("of the database reach the caller when they are the caller's to mend, and only then", async () => {
    const guest = await buildGuest(
      handlerOf(`
        const db = input.admin ? ctx.asAdmin.db : ctx.db
        try { return await db.posts.get("p1") } catch (error) {
          if (input.catch) return [error instanceof AlyxError, error instanceof Error, error.name, error.code, error.status, error.details]
          throw error
        }`),
    )
    const call = (input: object, code: string) =>
      guest.call({
        input,
        context: { collections, privileged: true },
        answer: () => ({ error: { code, status: 404, message: "refused", details: { a: 1 } } }),
      })

    const caught = await call({ catch: true }, "DOCUMENT_NOT_FOUND")
    const told = await call({}, "DOCUMENT_NOT_FOUND")
    const asAdmin = await call({ admin: true }, "DOCUMENT_NOT_FOUND")
    const own = await call({}, "INVALID_FILTER")

    expect(JSON.parse(caught.output)).toEqual([true, true, "AlyxError", "DOCUMENT_NOT_FOUND", 404, { a: 1 }])
    expect(told.failure).toMatchObject({
      code: "DOCUMENT_NOT_FOUND",
      status: 404,
      message: "refused",
      details: { a: 1 },
    })
    expect(told.failure?.stack).toContain("under-test")
    expect(asAdmin.failure).toMatchObject({ code: "DOCUMENT_NOT_FOUND", status: null })
    expect(own.failure).toMatchObject({ code: "INVALID_FILTER", status: null })
  })
})

const head = (status: number, type: string) => ({ head: { status, headers: [["content-type", type]] } })

const answerInvoke: Answering = (operation, body) => {
  const name = operation.op === "invoke" ? operation.name : ""
  if (name === "add") return { body: JSON.stringify({ got: JSON.parse(body) }) }
  if (name === "page") return { value: head(200, "text/html"), body: "7" }
  if (name === "image") return { value: head(200, "image/png"), body: new Uint8Array(5) }
  return { value: head(409, "application/json"), body: '{"error":{"code":"TAKEN","message":"It is taken."}}' }
}

describe("The rest of ctx", () => {
  test("env, secrets, request, and what else a call knows", async () => {
    const guest = await buildGuest(
      handlerOf(
        `const { secrets, env, auth, requestId, functionName, trigger, url, token } = ctx
         const throwing = (act) => { try { act(); return null } catch (error) { return error.code ?? error.name } }
         return {
           env: env.MODE, missing: env.NONE ?? null, frozen: throwing(() => { "use strict"; env.MODE = "x" }),
           secret: secrets.KEY, unset: throwing(() => secrets.NONE), shown: JSON.stringify(ctx.secrets), key: "KEY" in secrets, lazy: key(),
           auth, authFrozen: throwing(() => { "use strict"; auth.metadata.a = 2 }), requestId, functionName, trigger, url, token, same: getContext() === ctx && globalThis.ctx === ctx,
           request: ctx.request,
         }`,
        `const key = lazy(() => getContext().secrets.KEY + "!")`,
      ),
    )
    const auth = { id: "u1", email: "a@b.de", role: "user", verified: true, metadata: { a: 1 } }

    const { output } = await guest.call({
      context: {
        auth,
        env: { MODE: "test" },
        secrets: { KEY: "s3cret" },
        requestId: "r7",
        trigger: "http",
        url: "http://x",
        token: "t",
      },
    })

    expect(JSON.parse(output)).toEqual({
      env: "test",
      missing: null,
      frozen: "TypeError",
      secret: "s3cret",
      unset: "SECRET_NOT_SET",
      shown: "{}",
      key: true,
      lazy: "s3cret!",
      auth,
      authFrozen: "TypeError",
      requestId: "r7",
      functionName: "under-test",
      trigger: "http",
      url: "http://x",
      token: "t",
      same: true,
      request: null,
    })
  })

  test("a call never sees another one's: lazy values, ctx kept in a global", async () => {
    const guest = await buildGuest(
      handlerOf(
        `if (kept === undefined) { kept = ctx; return who() }
         try { await kept.db.posts.list(); return "leaked" } catch (error) { return who() + ": " + error.message }`,
        `let kept
         const who = lazy(() => getContext().auth.id)`,
      ),
    )
    const auth = { email: null, role: null, verified: false, metadata: {} }

    const first = await guest.call({ context: { collections, auth: { id: "ada", ...auth } }, answer: echo })
    const second = await guest.call({ context: { collections, auth: { id: "bob", ...auth } }, answer: echo })

    expect(first.output).toBe('"ada"')
    expect(second.output).toContain('"bob: ctx.db belongs to a call that has ended')
  })

  test("writes lines with data, whatever the data is", async () => {
    const guest = await buildGuest(
      handlerOf(`
        const loop = { a: 1 }; loop.loop = loop
        ctx.log.info("Post created", { id: 1, at: new Date(0) })
        ctx.log.debug("odd", [1n, () => 1, Symbol("s"), NaN, new Map([["a", 1]]), new Uint8Array(3), loop, undefined])
        ctx.log.error(new RangeError("too far"))
        ctx.log.warn({ a: 1 })`),
    )

    const { logs } = await guest.call()

    expect(logs.map(({ level, message }) => [level, message])).toEqual([
      ["info", "Post created"],
      ["debug", "odd"],
      ["error", "RangeError: too far"],
      ["warn", '{"a":1}'],
    ])
    expect(logs[0]!.data).toEqual({ id: 1, at: "1970-01-01T00:00:00.000Z" })
    expect(logs[1]!.data).toEqual([
      "1n",
      expect.stringMatching(/^\[function/),
      "Symbol(s)",
      "NaN",
      { a: 1 },
      "[3 bytes]",
      { a: 1, loop: "[circular]" },
      null,
    ])
    expect(logs[2]!.data).toMatchObject({ name: "RangeError", message: "too far" })
  })

  test("functions.invoke gives JSON, text or bytes, and rejects for answers that are errors", async () => {
    const guest = await buildGuest(
      handlerOf(`
        if (input.fail) return ctx.functions.invoke("refusing", {})
        return [await ctx.functions.invoke("add", { a: 1 }), await ctx.alyx.functions.invoke("page"), (await ctx.functions.invoke("image")).length]`),
    )
    const fine = await guest.call({ answer: answerInvoke })
    const refused = await guest.call({ input: { fail: true }, answer: answerInvoke })

    expect(JSON.parse(fine.output)).toEqual([{ got: { a: 1 } }, "7", 5])
    expect(refused.failure).toMatchObject({ code: "TAKEN", status: 409, message: "It is taken." })
  })

  test("waitUntil answers first, and lets the rest go on", async () => {
    const guest = await buildGuest(
      handlerOf(`
        ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 5)).then(() => ctx.log.info("after")))
        return "answered"`),
    )

    const { operations, output, logs } = await guest.call()

    expect(output).toBe('"answered"')
    expect(operations[0]).toEqual({ op: "answer", head: null })
    expect(logs.map(({ message }) => message)).toEqual(["after"])
  })

  test.each(["ctx.env", "getContext()", "getContext().db", "key()"])(
    "%s outside the handler fails the build",
    async (expression) => {
      const source = handlerOf("", `const key = lazy(() => 1)\nconst early = ${expression}`)

      await expect(buildGuest(source)).rejects.toThrow("is not there while the function is built")
    },
  )
})
