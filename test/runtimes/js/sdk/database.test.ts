import { describe, expect, test } from "vitest"

import type { SubmittedOperation } from "../../../../src/functions/guest-abi.ts"
import { guestBuilder } from "../../../helpers/guest-function.ts"
import { collections, echo, handlerOf } from "./handler-source.ts"

const buildGuest = guestBuilder()

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

  test("a condition that JSON would drop never widens a filter", async () => {
    const guest = await buildGuest(
      handlerOf(`
        const { posts } = ctx.db
        const tries = [
          () => posts.deleteMany({ views: undefined }), () => posts.updateMany({ views: undefined }, { title: "x" }),
          () => posts.deleteMany([]), () => posts.deleteMany(Promise.resolve({ views: 1 })),
          () => posts.deleteMany(new Map([["views", 1]])), () => posts.count({ filter: { views: undefined } }),
          () => posts.list({ filter: { views: { $gt: undefined } } }),
          () => posts.first({ filter: { $or: [{ views: 1 }, { title: undefined }] } }),
          () => posts.list({ filter: { views: { $in: [1, undefined] } } }),
        ]
        const said = []
        for (const attempt of tries) try { await attempt(); said.push(null) } catch (error) { said.push(error.message) }
        await posts.list({ filter: undefined })
        await posts.deleteMany({ created_at: { $lt: new Date(0) } })
        return said`),
    )

    const { operations, output } = await guest.call({ context: { collections }, answer: echo })

    const cure = "leave it out, or write null where no value is meant."
    expect(JSON.parse(output)).toEqual([
      `The condition "views" of the filter of posts.deleteMany is undefined; ${cure}`,
      `The condition "views" of the filter of posts.updateMany is undefined; ${cure}`,
      "posts.deleteMany needs a filter first, and was given an empty list; {} means every document.",
      "The filter of posts.deleteMany is a Promise, which JSON cannot hold; await it.",
      "The filter of posts.deleteMany is a Map, which JSON cannot hold; write an object of conditions.",
      `The condition "views" of the filter of posts.count is undefined; ${cure}`,
      `The condition "views.$gt" of the filter of posts.list is undefined; ${cure}`,
      `The condition "$or.1.title" of the filter of posts.first is undefined; ${cure}`,
      `The condition "views.$in.1" of the filter of posts.list is undefined; ${cure}`,
    ])
    expect(operations.filter(({ op }) => op === "db")).toEqual([
      { op: "db", collection: "posts", action: "list", options: {} },
      {
        op: "db",
        collection: "posts",
        action: "deleteMany",
        filter: { created_at: { $lt: "1970-01-01T00:00:00.000Z" } },
      },
    ])
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
