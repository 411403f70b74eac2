import { execFile } from "node:child_process"
import { mkdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises"
import path from "node:path"
import { promisify } from "node:util"

import { describe, expect, test } from "vitest"

import { writeFunctionTypes, writeFunctionsTsconfig } from "../../../src/codegen/functions/write-function-types.ts"
import { newFunctionStyles, writeNewFunction } from "../../../src/codegen/functions/new-function.ts"
import { functionsTsconfig } from "../../../src/codegen/functions/tsconfig-text.ts"
import { jsonSchemaType } from "../../../src/codegen/functions/json-schema-type.ts"
import { parseSchema } from "../../../src/schema/parse.ts"
import type { Schema } from "../../../src/schema/schema.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

const repository = path.resolve(import.meta.dirname, "../../..")

const schemaText = `
collections:
  users:
    fields:
      id: { type: uuid, primary: true, default: auto }
      email: { type: string, format: email, rules: { read: "auth.id == doc.id" } }
      password_hash: { type: string, internal: true, nullable: true }
      role: { type: string, enum: [user, admin], default: user }
    rules: { read: true }
  posts:
    fields:
      id: { type: uuid, primary: true, default: auto }
      title: { type: string }
      views: { type: int, default: 0 }
      rating: { type: float, nullable: true }
      published: { type: bool, default: false }
      published_at: { type: timestamp, nullable: true }
      tags: { type: json, items: string, nullable: true }
      meta: { type: json, schema: { type: object, properties: { "odd name": { type: [string, "null"] }, kind: { enum: [a, 1] } }, required: [kind] }, nullable: true }
      image: { type: blob, nullable: true }
      author_id: { type: uuid, references: users.id }
    rules: { read: true }
  comments:
    fields:
      number: { type: int, primary: true, default: auto }
      post_id: { type: uuid, references: posts.id, nullable: true }
`

function schemaOf(text: string): Schema {
  const { schema, problems } = parseSchema(text, "schema.yaml")
  expect(problems).toEqual([])
  return schema!
}

/** A project with its types, and what `tsc` says of its functions. */
async function project(schema: Schema = schemaOf(schemaText)): Promise<{ root: string; check: () => Promise<string> }> {
  const root = await tempFolder()
  const functionsDir = path.join(root, "functions")
  await writeFunctionTypes({ root, schema })
  await writeFunctionsTsconfig(root, functionsDir)
  const tsc = path.join(repository, "node_modules/typescript/bin/tsc")
  const check = async () => {
    const ran = promisify(execFile)(process.execPath, [tsc, "--noEmit", "-p", "functions"], { cwd: root })
    return ran.then(
      ({ stdout }) => stdout,
      (error: { stdout: string; stderr: string }) => `${error.stdout}${error.stderr}`,
    )
  }
  return { root, check }
}

const good = `
import { AlyxError, defineFunction, FunctionError, getContext, lazy } from "@alyx/functions"
import type { FetchHandler, Handler, Infer, PostsDocument } from "@alyx/functions"

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false
const same = <A, B>(_: Same<A, B>): void => {}

const input = { n: { type: "int" }, list: { type: "array", items: { type: "object", properties: { a: "bool" } }, optional: true } } as const
same<Infer<typeof input>, { n: number; list?: { a: boolean }[] }>(true)

export default defineFunction({
  input: {
    title: { type: "string", required: true, maxLength: 200 },
    tags: { type: "array", items: "string", optional: true },
    count: { type: "int", default: 3 },
    kind: { enum: ["a", "b"], nullable: true },
    at: "timestamp",
  },
  output: { id: { type: "uuid" }, at: { type: "timestamp" }, kind: { enum: ["a", "b"] } },
  async handler(input, ctx) {
    same<typeof input, { title: string; count: number; kind: "a" | "b" | null; at: string; tags?: string[] }>(true)
    if (ctx.auth === null) throw new FunctionError("UNAUTHENTICATED", 401, "Sign in.")
    const post = await ctx.db.posts.create({ title: input.title, author_id: "u", published_at: new Date(), tags: input.tags ?? null })
    same<typeof post, PostsDocument>(true)
    return { id: post.id, at: new Date(), kind: "a" }
  },
})

export const schemas = [
  defineFunction({ input: { type: "object", properties: { a: { type: "string" } } }, handler: (input) => same<typeof input, unknown>(true) }),
  defineFunction({ input: { type: { type: "string" } }, handler: (input) => same<typeof input, { type: string }>(true) }),
  defineFunction({ handler: (input) => input.anything }),
  defineFunction({ output: { tags: { type: "array", items: "string" } }, handler: () => ({ tags: ["a"] }) }),
]

export async function documents() {
  const post = await ctx.db.posts.get("p", { expand: ["author", "comments.post"], fields: ["title", "author_id"] })
  same<typeof post.title, string>(true)
  same<typeof post.author.role, "user" | "admin">(true)
  same<typeof post.author.email, string | undefined>(true)
  post.comments.map((comment) => comment.number.toFixed())
  const { docs, total } = await ctx.db.posts.list({
    filter: { views: { $gte: 3, $lt: 9 }, title: { $contains: "a" }, published: true, tags: { $contains: "x" }, published_at: { $lt: new Date() }, rating: null },
    sort: ["-views", "title"],
    limit: 3,
    cursor: "",
  })
  same<typeof total, number | null>(true)
  same<(typeof docs)[0]["tags"], string[] | null>(true)
  same<(typeof docs)[0]["meta"], { "odd name"?: string | null; kind: "a" | 1 } | null>(true)
  const first = await ctx.db.comments.first({ filter: ["number:gt:3"] })
  same<typeof first, { number: number; post_id: string | null; created_at: string; updated_at: string } | null>(true)
  await ctx.db.comments.update(3, { post_id: null })
  const { count } = await ctx.alyx.collections.posts.deleteMany({ published: false })
  await ctx.db.posts.updateMany({}, { views: ctx.db.raw("views + 1") })
  const done = await ctx.db.transaction(async (tx) => (await tx.users.count()) + count, { timeout: "5s" })
  same<typeof done, number>(true)
  await ctx.asAdmin.db.query<{ n: number }>("SELECT 1 AS n").then(([row]) => row?.n.toFixed())
}

export const handler: Handler = async (req, res) => res.status(201).json({ input: req.input, name: req.headers["x-name"], env: ctx.env.MODE })
export const web: FetchHandler = { fetch: async (request) => Response.json(await (await fetch(new URL(request.url))).json()) }
export const key = lazy(() => getContext().secrets["KEY"])
same<ReturnType<typeof key>, string>(true)
export const globals = [crypto.randomUUID(), structuredClone({}), Buffer.from("a").toString("hex"), process.env.A, new URLPattern({ pathname: "/:id" }), new TextEncoder(), performance.now(), Host.inputString()]
setTimeout(() => console.log(key(), AlyxError), 1)
`

/** What an editor has to show in red; each line by itself. */
const bad = [
  'ctx.db.posts.create({ titel: "a", author_id: "u" })',
  'ctx.db.posts.create({ title: "a" })',
  'ctx.db.posts.create({ title: 3, author_id: "u" })',
  'ctx.db.posts.create({ title: "a", author_id: "u", views: ctx.db.raw("1") })',
  'ctx.db.posts.update("p", { id: "q" })',
  "ctx.db.posts.update(3, {})",
  'ctx.db.comments.get("3")',
  "ctx.db.post.list()",
  'ctx.db.posts.list({ filter: { titel: "a" } })',
  'ctx.db.posts.list({ filter: { views: { $like: "a" } } })',
  'ctx.db.users.list({ filter: { role: "guest" } })',
  'ctx.db.users.list({ filter: { password_hash: "x" } })',
  'ctx.db.posts.list({ sort: "-titel" })',
  'ctx.db.posts.list({ expand: "writer" })',
  'void ctx.db.users.get("u").then((user) => user.password_hash)',
  'void ctx.db.posts.get("p", { fields: ["title"] }).then((post) => post.views)',
  'void ctx.db.posts.get("p").then((post) => post.author)',
  "void ctx.db.transaction(async (tx) => tx.transaction(async () => 1))",
  'ctx.log.inform("a")',
  'ctx.env.MODE = "x"',
  "ctx.auth.id",
  "window.alert(1)",
  "document.title",
  "process.cwd()",
  'require("node:fs")',
  'defineFunction({ input: { a: { type: "strng" } }, handler() {} })',
  'defineFunction({ input: { a: "string" }, handler: (input) => input.b })',
  'defineFunction({ output: { a: "int" }, handler: () => ({ a: "x" }) })',
  "defineFunction({})",
]

describe("Types of functions", { timeout: 60_000 }, () => {
  test("TypeScript accepts what is right", async () => {
    const { root, check } = await project()
    await symlink(path.join(repository, "node_modules"), path.join(root, "node_modules"))
    await writeFile(path.join(root, "functions", "good.ts"), good)
    await writeFile(
      path.join(root, "functions", "zod.ts"),
      `import { z } from "zod"
       import { defineFunction } from "@alyx/functions"
       import text from "./note.txt"
       export default defineFunction({
         input: z.object({ n: z.coerce.number(), at: z.string().transform((at) => new Date(at)) }),
         output: z.object({ year: z.number() }),
         handler: (input) => ({ year: input.at.getFullYear() + input.n + text.length }),
       })`,
    )
    await writeFile(path.join(root, "functions", "note.txt"), "")
    for (const language of ["ts", "js"] as const)
      for (const style of newFunctionStyles) {
        const request = { root, functionsDir: path.join(root, "functions"), style, language } as const
        await writeNewFunction({ ...request, name: `${style}-${language}`, form: "folder" })
      }

    expect(await check()).toBe("")
  })

  test("and shows every mistake at its line", async () => {
    const { root, check } = await project()
    const head = 'import { defineFunction } from "@alyx/functions"\n'
    await writeFile(path.join(root, "functions", "bad.ts"), head + bad.join("\n"))

    const output = await check()

    const lines = new Set([...output.matchAll(/bad\.ts\((\d+),/g)].map(([, line]) => Number(line)))
    expect(bad.filter((_, index) => !lines.has(index + 2))).toEqual([])
  })

  test("a renamed field is red at once, and only the file that changes is written", async () => {
    const { root, check } = await project()
    await writeFile(path.join(root, "functions", "a.ts"), 'void ctx.db.posts.create({ title: "a", author_id: "u" })\n')
    const before = await check()
    const typesFile = path.join(root, ".alyx", "types", "alyx-functions.d.ts")
    const { mtimeMs } = await stat(typesFile)

    const renamed = await writeFunctionTypes({ root, schema: schemaOf(schemaText.replace("title:", "headline:")) })
    const again = await writeFunctionTypes({ root, schema: schemaOf(schemaText.replace("title:", "headline:")) })

    expect(before).toBe("")
    expect(renamed.written).toEqual(["collections.d.ts"])
    expect(again.written).toEqual([])
    expect((await stat(typesFile)).mtimeMs).toBe(mtimeMs)
    expect(await check()).toMatch(/a\.ts\(1,\d+\): error .*'title' does not exist/)
  })

  test("odd names stay names", async () => {
    const odd = schemaOf(`
collections:
  raw: { fields: { id: { type: int, primary: true, default: auto }, class: { type: string } } }
  transaction: { fields: { then: { type: string } } }
  empty: { fields: { note: { type: text, nullable: true } } }
`)
    const { root, check } = await project(odd)
    await writeFile(
      path.join(root, "functions", "a.ts"),
      `void ctx.alyx.collections.raw.create({ class: "x" })
       void ctx.db.collection("transaction").create({ then: "x" })
       void ctx.db.empty.create({})
       ctx.db.raw("1")`,
    )

    expect(await check()).toBe("")
  })

  test("a schema that is broken leaves the types of the collections as they were, or has none", async () => {
    const { root, check } = await project()
    const file = path.join(root, ".alyx", "types", "collections.d.ts")
    const before = await readFile(file, "utf8")

    const kept = await writeFunctionTypes({ root, schema: null })
    const text = await readFile(file, "utf8")
    await rm(file)
    const made = await writeFunctionTypes({ root, schema: null })
    await writeFile(path.join(root, "functions", "a.ts"), 'ctx.log.info("a")\nctx.db.posts')

    expect(kept.written).toEqual([])
    expect(text).toBe(before)
    expect(made.written).toEqual(["collections.d.ts"])
    expect(await check()).toMatch(/^functions\/a\.ts\(2,8\): error .*'posts' does not exist.*\n$/)
  })

  test("tsconfig.json of a person stays, and that of a starter is the same", async () => {
    const root = await tempFolder()
    const functionsDir = path.join(root, "functions")
    await mkdir(functionsDir)
    await writeFile(path.join(functionsDir, "tsconfig.json"), "{}")

    expect(await writeFunctionsTsconfig(root, functionsDir)).toBe(false)
    expect(await readFile(path.join(functionsDir, "tsconfig.json"), "utf8")).toBe("{}")
    const starter = await readFile(path.join(repository, "templates/init/_shared/functions/tsconfig.json.hbs"), "utf8")
    const written = functionsTsconfig(functionsDir, path.join(root, ".alyx", "types"))
    expect(JSON.parse(starter)).toEqual(JSON.parse(written))
  })
})

describe("A JSON Schema as a type", () => {
  test.each([
    [{ type: "string" }, "string"],
    [{ type: ["integer", "null"] }, "number | null"],
    [{ type: "array", items: { type: ["string", "number"] } }, "(string | number)[]"],
    [{ type: "object", properties: { a: { const: 1 }, "b c": true }, required: ["a"] }, '{ a: 1; "b c"?: unknown }'],
    [{ type: "object", additionalProperties: { type: "boolean" } }, "{ [key: string]: boolean }"],
    [{ anyOf: [{ type: "string" }, { enum: ["x", null] }] }, 'string | "x" | null'],
    [{ allOf: [{ type: "object", properties: { a: { type: "string" } } }, {}] }, "{ a?: string }"],
    [{ oneOf: [{ type: "string" }, {}] }, "unknown"],
    [{ enum: Array.from({ length: 200 }, (_, index) => `value ${index}`) }, "string"],
    [false, "never"],
    [true, "unknown"],
  ])("%j is %s", (schema, type) => {
    expect(jsonSchemaType(schema as never)).toBe(type)
  })
})
