import { expect, test } from "vitest"

import { readPlugin } from "../../../src/functions/read-plugin.ts"
import { callPlain, failureOf, shown } from "../../helpers/built-plugin.ts"
import { functionProject, npmPackage } from "../../helpers/function-project.ts"

test("TypeScript, JSX, JSON, texts, WebAssembly, shared code, paths and packages become one plug-in of Extism", async () => {
  const project = await functionProject({
    "functions/f/manifest.yaml": "",
    "functions/f/index.tsx": `
      /** @jsxRuntime classic */
      /** @jsx h */
      import json from "./data.json"
      import sql from "./query.sql"
      import note from "./note.md"
      import page from "./page.xyz" with { type: "text" }
      import bytes from "./tiny.wasm"
      import { shared } from "../_shared/shared"
      import { aliased } from "@/aliased"
      import pure from "pure"
      enum Color { Red = 3 }
      function h(tag: string, props: object, ...kids: string[]): string { return \`<\${tag}>\${kids.join("")}</\${tag}>\` }
      const value: unknown = { json, sql, note, page, bytes: bytes instanceof Uint8Array && bytes.length, shared, aliased, pure, red: Color.Red, jsx: <b>x</b> }
      module.exports = { run() { Host.outputString(JSON.stringify(value)) } }`,
    "functions/f/data.json": '{"a": [1]}',
    "functions/f/query.sql": "select 1",
    "functions/f/note.md": "# é",
    "functions/f/page.xyz": "any text",
    "functions/f/tiny.wasm": new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0]),
    "functions/f/aliased.ts": "export const aliased: string = 'by path'",
    "functions/f/tsconfig.json": '{"compilerOptions": {"paths": {"@/*": ["./*"]}}}',
    "functions/_shared/shared.ts": "export const shared = 'shared'",
    ...npmPackage(
      "pure",
      { main: "./node.js", browser: "./browser.js" },
      {
        "node.js": "module.exports = require('fs').readFileSync('/etc/passwd', 'utf8')",
        "browser.js": "module.exports = 'from the browser build'",
      },
    ),
  })

  const made = await project.build("f")

  expect(made.description).toMatchObject({ engine: "extism", style: "plugin", exports: ["run"] })
  const { imports } = readPlugin(made.wasm, "f.wasm")
  expect([...new Set(imports.map(({ module }) => module))].toSorted()).toEqual([
    "extism:host/env",
    "wasi_snapshot_preview1",
  ])
  expect(JSON.parse(await callPlain(made, "run"))).toEqual({
    json: { a: [1] },
    sql: "select 1",
    note: "# é",
    page: "any text",
    bytes: 8,
    shared: "shared",
    aliased: "by path",
    pure: "from the browser build",
    red: 3,
    jsx: "<b>x</b>",
  })
  expect(made.warnings).toEqual([])
})

test.each([
  ["export function one() { Host.outputString('named') }", "one"],
  ["module.exports.one = () => { Host.outputString('named') }", "one"],
  ["exports.one = () => { Host.outputString('named') }", "one"],
  ["const one = () => { Host.outputString('named') }; export { one }", "one"],
  ["const text = await Promise.resolve('named'); export function one() { Host.outputString(text) }", "one"],
  ["const text = await (async () => 'named')(); export function one() { Host.outputString(text) }", "one"],
  ["const ask = async () => 'named'; export async function one() { Host.outputString(await (ask())) }", "one"],
])("what a module exports is callable: %s", async (source, entry) => {
  const project = await functionProject({ "functions/f.js": source })

  const made = await project.build("f")

  expect(made.description).toMatchObject({ style: "plugin", exports: [entry] })
  expect(await callPlain(made, entry)).toBe("named")
})

test.each([
  ["define", `import { defineFunction } from "@alyx/functions"; export default defineFunction({ handler: () => 1 })`],
  ["handler", "export default (req, res) => res.json(1)"],
  ["handler", "module.exports = (req, res) => res.json(1)"],
  ["fetch", "export default { fetch: () => new Response('x') }"],
])("the style %s takes the engine with the event loop", async (style, source) => {
  const project = await functionProject({ "functions/f.js": source })

  expect((await project.build("f")).description).toMatchObject({ engine: "alyx", style })
})

test("abi: extism takes the plain engine whatever the code mentions", async () => {
  const source = "export function run() { Host.outputString(typeof fetch + typeof setTimeout) }"
  const project = await functionProject({
    "functions/f.js": source,
    "functions/g.js": source,
    "functions/g.yaml": "abi: extism\n",
  })

  expect((await project.build("f")).description?.engine).toBe("alyx")
  expect((await project.build("g")).description?.engine).toBe("extism")
})

test("Node's modules that compute are there", async () => {
  const project = await functionProject({
    "functions/f.yaml": "abi: extism\n",
    "functions/f.js": `
      import { EventEmitter } from "node:events"
      import path from "path"
      import util from "node:util"
      import assert from "node:assert/strict"
      import { gzipSync, gunzipSync } from "node:zlib"
      import { StringDecoder } from "node:string_decoder"
      import querystring from "node:querystring"
      import os from "node:os"
      const Required = require("events")
      module.exports = { run() {
        class Own extends Required {}
        assert.deepEqual([1], [1])
        Host.outputString(JSON.stringify([
          new Own() instanceof EventEmitter, path.join("a", "../b"), util.format("%s-%d", "x", 3),
          gunzipSync(gzipSync(Buffer.from("zipped"))).toString(), new StringDecoder().write(Buffer.from("é")),
          querystring.parse("a=1").a, os.EOL, typeof process.nextTick, process.env.HOME ?? null, process.versions.node ?? null,
          Buffer.from("hi").toString("base64"), global === globalThis,
          Buffer.from("_-8", "base64url").toString("hex"), Buffer.from([255, 239]).toString("base64url"),
          Buffer.isEncoding("base64url"), Buffer.byteLength("_-8", "base64url"), Buffer.alloc(4, "_-8", "base64url").toString("hex"),
        ]))
      } }`,
  })

  const output = await callPlain(await project.build("f"), "run")

  const base64Url = ["ffef", "_-8", true, 2, "ffefffef"]
  const others = [true, "b", "x-3", "zipped", "é", "1", "\n", "function", null, null, "aGk=", true]
  expect(JSON.parse(output)).toEqual([...others, ...base64Url])
})

test("a package that guards what only Node has builds; without the guard it fails with the way to the module", async () => {
  const guarded = npmPackage(
    "guarded",
    { main: "index.js" },
    {
      "index.js": `
      let fs = null
      try { fs = require("fs") } catch {}
      if (typeof process !== "undefined" && process.versions && process.versions.node) require("child_process")
      module.exports = fs === null ? "without files" : "with files"`,
    },
  )
  const project = await functionProject({
    "functions/f.js": `import text from "guarded"; export function run() { Host.outputString(text) }`,
    ...guarded,
  })
  expect(await callPlain(await project.build("f"), "run")).toBe("without files")

  const error = await failureOf({
    "functions/f.ts": `import { read } from "reader"\nimport net from "node:net"\nexport const run = () => read(net)`,
    ...npmPackage(
      "reader",
      { main: "lib/index.js" },
      {
        "lib/index.js": `exports.read = require("./files.js").read`,
        "lib/files.js": `const fs = require("fs")\nrequire("http2")\nrequire("./more.js")\nexports.read = fs.readFileSync`,
        "lib/more.js": `require("fs")\nrequire("fs/promises")\nrequire("http2")`,
      },
    ),
  })

  expect(error.code).toBe("NODE_MODULE_UNSUPPORTED")
  expect(shown(error)).toEqual([
    "functions/f.ts:2:17 node:net cannot work in a function; it is imported by functions/f.ts → node:net. " +
      "A function has no sockets: use fetch(), and name the host under allowed_hosts.",
    "node_modules/reader/lib/files.js:1:20 node:fs cannot work in a function; it is imported by functions/f.ts → node_modules/reader/lib/index.js → node_modules/reader/lib/files.js → node:fs. " +
      'A function has no files: import text with `with { type: "text" }`, and keep data in ctx.db.',
    "node_modules/reader/lib/files.js:2:9 node:http2 cannot work in a function; it is imported by functions/f.ts → node_modules/reader/lib/index.js → node_modules/reader/lib/files.js → node:http2. " +
      "Use fetch(), and name the host under allowed_hosts.",
    // Of a module that packages import more than once, the nearest.
    expect.stringMatching(/more\.js:2:9 node:fs\/promises cannot work/),
  ])
})

test("everything that does not compile is told at once, with its place", async () => {
  const error = await failureOf({
    "functions/f.ts": `import { a } from "./missing"\nimport b from "no-such-package/part"\nimport c from "./broken"\nimport d from "@alyx/function"\nexport const run = () => [a, b, c, d]`,
    "functions/broken.ts": "const é = 1\nconst x: = 5\n",
  })

  expect(error.code).toBe("BUILD_FAILED")
  expect(shown(error).toSorted()).toEqual([
    `functions/broken.ts:2:10 Unexpected "=".`,
    `functions/f.ts:1:19 Could not resolve "./missing". Mend the path, or write the file.`,
    `functions/f.ts:2:15 Could not resolve "no-such-package/part". Install it in the project or beside the function: npm install no-such-package`,
    `functions/f.ts:4:15 Could not resolve "@alyx/function". Did you mean "@alyx/functions"? It needs no package.`,
  ])
})

test("what a function cannot import is answered with what it can", async () => {
  const error = await failureOf({
    "functions/f.ts": `import lodash from "https://esm.sh/lodash@4/fp"\nimport logo from "./logo.png"\nimport { scryptSync } from "node:crypto"\nexport const run = () => [lodash, logo, scryptSync]`,
    "functions/logo.png": "",
  })

  expect(shown(error)).toEqual([
    "functions/f.ts:1:20 https://esm.sh/lodash@4/fp cannot be imported. Packages come from npm: npm install lodash.",
    expect.stringMatching(
      /^functions\/f\.ts:2:18 No loader is configured for "\.png" files: .*Imports may be TypeScript/,
    ),
  ])

  const named = await failureOf({
    "functions/f.ts": `import { scryptSync } from "node:crypto"\nexport const run = () => scryptSync`,
  })
  expect(shown(named)).toEqual([
    expect.stringMatching(/^functions\/f\.ts:1:10 crypto\.scryptSync is not in a function\. Use crypto\.subtle/),
  ])

  const twice = await failureOf({
    "functions/f.ts": `const a = 1\nconst a = 2\nexport const run = () => a`,
  })
  expect(shown(twice)[0]).toContain('"a" was originally declared here: functions/f.ts:1:7')

  const variable = await failureOf({
    "functions/f.ts": `const name = "./other.ts"\nconst other = await import(name)\nexport const run = () => other`,
  })
  expect(shown(variable)[0]).toContain("import() takes a name that is written out, not a variable.")
})

test("parts of Node's modules that are missing are named when a package calls them", async () => {
  const project = await functionProject({
    "functions/f.js": `
      const crypto = require("crypto"), zlib = require("zlib")
      const said = [() => crypto.scryptSync("a", "b", 8), () => zlib.brotliCompressSync("a")].map((ask) => {
        try { return ask() } catch (error) { return error.message }
      })
      module.exports = { run() { Host.outputString(said.join("\\n") + zlib.gzipSync("a").length) } }`,
    "functions/f.yaml": "abi: extism\n",
  })

  expect(await callPlain(await project.build("f"), "run")).toMatch(
    /^crypto\.scryptSync is not in a function.*\nzlib\.brotliCompressSync is not in a function.*\d+$/,
  )
})

test("what fails while it is loaded is shown in the TypeScript", async () => {
  const error = await failureOf({
    "functions/f.ts": `import { upper } from "./_shared/upper"\ninterface Post { title: string }\n\nexport const made = upper(null as unknown as Post)\n`,
    "functions/_shared/upper.ts": `type Titled = { title: string }\nexport function upper(post: Titled): string {\n  return post.title.toUpperCase()\n}\n`,
  })

  expect(error.code).toBe("BUILD_FAILED")
  expect(shown(error)).toEqual(["functions/_shared/upper.ts:3:10 TypeError: cannot read property 'title' of null."])
  expect(error.message).toContain("at upper (functions/_shared/upper.ts:3:10)")
  expect(error.message).toContain("(functions/f.ts:4:27)")
})

test.each([
  ["process.env.KEY", "const key = process.env.KEY", "process.env.KEY"],
  ["fetch", "const page = await fetch('https://example.com')", "fetch"],
])("%s outside of the handler is refused at its place", async (_, line, name) => {
  const error = await failureOf({
    "functions/f.ts": `// first\n${line}\nexport default () => 1`,
    "functions/f.yaml": "env: { KEY: x }\n",
  })

  expect(error).toMatchObject({ code: "BUILD_TIME_ACCESS", at: { file: "functions/f.ts", line: 2 } })
  expect(error.message).toContain(name)
  expect(error.message).toContain("while the function f is built")
  expect(error.next).toContain("lazy(")
})

test("a default export of another kind is answered with how functions look", async () => {
  const error = await failureOf({ "functions/f.ts": "export default 5" })

  expect(error.code).toBe("BUILD_FAILED")
  expect(shown(error)).toEqual([
    expect.stringMatching(
      /^functions\/f\.ts:1:1 The default export is a number\. A function is one of:\n {2}export default defineFunction\(\{/,
    ),
  ])
})

test("mistakes in the input of defineFunction are told at once, at its call", async () => {
  const error = await failureOf({
    "functions/f.ts": `import { defineFunction } from "@alyx/functions"

export default defineFunction({
  input: { a: { type: "strng" }, b: { type: "object", properties: { c: { typ: "int" } } }, d: "text" },
  handler: () => 1,
})`,
  })

  expect(shown(error)).toEqual([
    expect.stringMatching(
      /^functions\/f\.ts:3:\d+ TypeError: input\.a has the type "strng", which there is not\. Did you mean string\?.*\ninput\.b\.c has no type\./,
    ),
  ])
})

test("with snapshot: false code outside of the handler may ask for what calls have", async () => {
  const project = await functionProject({
    "functions/f.ts": `import { createHash } from "node:crypto"
      const id = crypto.randomUUID()
      const endpoint = new URL("/v1", process.env.KEY)
      const key = ctx.secrets.TOKEN.toUpperCase()
      const etag = createHash("sha256").update(id).digest("hex")
      const page = fetch(endpoint).catch(() => null)
      setInterval(() => console.log("tick"), 10)
      export default (req, res) => res.json([id, key, etag, page])`,
    "functions/f.yaml": "snapshot: false\nenv: { KEY: x }\nsecrets: [TOKEN]\n",
  })

  expect((await project.build("f")).description).toMatchObject({ style: "handler", exports: ["handler"] })

  const error = await failureOf({
    "functions/f.ts": "const options = JSON.parse(process.env.KEY)\nexport default () => options",
    "functions/f.yaml": "snapshot: false\nenv: { KEY: x }\n",
  })
  expect(shown(error)[0]).toMatch(/^functions\/f\.ts:1:28 SyntaxError.*With snapshot: false the code is evaluated once/)
})

test("two builds of one source are equal to the byte, and hold no path of the machine", async () => {
  const files = {
    "functions/f.ts": `
      import { createHash } from "node:crypto"
      import { Readable } from "node:stream"
      let sum = 0
      for (let index = 0; index < 200_000; index += 1) sum += index
      export default { fetch: () => new Response(String(sum) + createHash("sha256").update("a").digest("hex") + typeof Readable) }`,
  }
  const first = await functionProject(files)
  const second = await functionProject(files)

  const [a, b] = [await first.build("f"), await second.build("f")]

  expect(a.hash).toBe(b.hash)
  expect(Buffer.from(a.wasm).includes(first.root)).toBe(false)
  expect(Buffer.from(a.wasm).includes(process.cwd())).toBe(false)
})

test("JSX for a function of one's own is told what it needs", async () => {
  const source = "/** @jsx h */\nconst h = () => 'x'\nexport default () => <b />\n"

  const [failure] = shown(await failureOf({ "functions/f.jsx": source }))

  expect(failure).toContain('Could not resolve "react/jsx-runtime"')
  expect(failure).toContain("(/** @jsx h */) needs /** @jsxRuntime classic */ too.")
})
