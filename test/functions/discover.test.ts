import path from "node:path"

import { expect, test } from "vitest"

import { functionProject } from "../helpers/function-project.ts"

const told = (
  problems: readonly { code: string; message: string; at?: { file: string; line: number } }[],
): string[] => {
  return problems.map(({ code, message, at }) => `${at?.file}:${at?.line} ${code} ${message}`)
}

test("functions are files, folders with a manifest, and plug-ins; what is shared, tested or typed is none", async () => {
  const project = await functionProject({
    "functions/one.ts": "",
    "functions/two.js": "",
    "functions/two.yaml": "name: second\ntimeout: 5s\n",
    "functions/three/manifest.yaml": "",
    "functions/three/src/index.ts": "",
    "functions/three/index.ts": "",
    "functions/four/manifest.yml": "main: lib/start.js\n",
    "functions/four/lib/start.js": "",
    "functions/five/manifest.yaml": "",
    "functions/five/package.json": '{"main": "./start.mjs"}',
    "functions/five/start.mjs": "",
    "functions/six.wasm": "",
    "functions/seven/manifest.yaml": "build: { command: make, output: out/x.wasm }\n",
    "functions/_shared/x.ts": "",
    "functions/lib/index.ts": "",
    "functions/.hidden.ts": "",
    "functions/one.test.ts": "",
    "functions/env.d.ts": "",
    "functions/tsconfig.json": "{}",
    "functions/README.md": "",
    "functions/node_modules/x/manifest.yaml": "",
  })

  const { functions, problems } = project.discover()

  expect(problems).toEqual([])
  const shown = functions.map(({ name, entryFile, wasmFile }) => {
    return [name, entryFile && path.relative(project.root, entryFile), path.relative(project.root, wasmFile)]
  })
  expect(shown).toEqual([
    ["five", "functions/five/start.mjs", ".alyx/functions/five.wasm"],
    ["four", "functions/four/lib/start.js", ".alyx/functions/four.wasm"],
    ["one", "functions/one.ts", ".alyx/functions/one.wasm"],
    ["second", "functions/two.js", ".alyx/functions/second.wasm"],
    ["seven", null, "functions/seven/out/x.wasm"],
    ["six", null, "functions/six.wasm"],
    ["three", "functions/three/src/index.ts", ".alyx/functions/three.wasm"],
  ])
  expect(functions.find(({ name }) => name === "second")?.manifest.timeoutMs).toBe(5_000)
})

test("a project without a functions folder has no functions", async () => {
  const project = await functionProject({})

  expect(project.discover()).toMatchObject({ functions: [], problems: [] })
})

test("what cannot be a function is a problem, and the others stay", async () => {
  const project = await functionProject({
    "functions/good.ts": "",
    "functions/twice.ts": "",
    "functions/twice.js": "",
    "functions/alone.yaml": "timeout: 5s\n",
    "functions/empty/manifest.yaml": "",
    "functions/lost/manifest.yaml": "main: nowhere.ts\n",
    "functions/snake.py": "",
    "functions/bad name.ts": "",
    "functions/other/manifest.yaml": "name: good\n",
    "functions/other/index.ts": "",
    "functions/out/manifest.yaml": "build: { command: make, output: x.js }\n",
  })

  const { functions, problems } = project.discover()

  expect(functions.map(({ name }) => name)).toEqual(["good"])
  expect(told(problems).toSorted()).toEqual([
    `functions/alone.yaml:1 SOURCE_MISSING alone has a manifest and no source.`,
    `functions/bad name.ts:1 NAME_INVALID "bad name" cannot be the name of a function: it may hold letters, digits, - and _, at most 64.`,
    `functions/empty/manifest.yaml:1 SOURCE_MISSING empty has a manifest and no source.`,
    `functions/lost/manifest.yaml:1 SOURCE_MISSING The source nowhere.ts of lost does not exist.`,
    `functions/other/manifest.yaml:1 NAME_TAKEN functions/good.ts and functions/other/manifest.yaml are both the function good.`,
    `functions/out/manifest.yaml:1 INVALID_VALUE build.output must be a file that ends in .wasm.`,
    `functions/snake.py:1 BUILD_MISSING snake.py needs build.command: Alyx itself compiles JavaScript and TypeScript only.`,
    `functions/twice.js:1 NAME_TAKEN twice.ts and twice.js would both be the function twice.`,
  ])
})

test("two functions that want one route are named both, and the first has it", async () => {
  const project = await functionProject({
    "functions/a.ts": "",
    "functions/a.yaml": "routes:\n  - GET /orders/{id}\n  - /all\n",
    "functions/b.ts": "",
    "functions/b.yaml": "routes:\n  - POST /orders/{id}\n  - GET /orders/{key}\n  - PUT /all\n",
  })

  const { functions, problems } = project.discover()

  expect(functions.map(({ name }) => name)).toEqual(["a"])
  expect(told(problems)).toEqual([
    "functions/b.yaml:3 ROUTE_TAKEN The route GET /orders/{key} of b is also one of a (functions/a.yaml:2).",
    "functions/b.yaml:4 ROUTE_TAKEN The route PUT /all of b is also one of a (functions/a.yaml:3).",
  ])
})

test("variables come from the environment and from .env", async () => {
  const files = {
    "functions/a.ts": "",
    "functions/a.yaml": "env: { ONE: '${ONE}', TWO: '${TWO}' }\n",
    ".env": "ONE=file\nTWO=file\n",
  }
  const project = await functionProject(files, { ONE: "environment" })

  expect(project.discover().functions[0]?.manifest.env).toEqual({ ONE: "environment", TWO: "file" })
})
