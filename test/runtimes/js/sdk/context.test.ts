import { describe, expect, test } from "vitest"

import type { Answering } from "../../../helpers/guest-function.ts"
import { guestBuilder } from "../../../helpers/guest-function.ts"
import { collections, echo, handlerOf } from "./handler-source.ts"

const buildGuest = guestBuilder()

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

  test.each([
    ["NO_STOCK", 409, 409],
    ["DOCUMENT_NOT_FOUND", 404, 404],
    ["CALL_DEPTH", 508, 508],
    ["FUNCTION_NOT_FOUND", 404, null],
    ["INPUT_INVALID", 400, null],
    ["FUNCTION_ERROR", 500, null],
    ["FUNCTION_TIMEOUT", 504, null],
  ])("%s %i of an invoked function that nobody catches is told with the status %s", async (code, status, told) => {
    const guest = await buildGuest(handlerOf(`return ctx.functions.invoke("inner", {})`))

    const { failure } = await guest.call({ answer: () => ({ error: { code, status, message: "refused" } }) })

    expect(failure).toMatchObject({ code, status: told, message: "refused" })
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
