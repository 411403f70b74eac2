import path from "node:path"

import { expect, test } from "vitest"

import { concernedFunctions, followedFiles } from "../../../src/daemon/dev/concerned-functions.ts"
import type { LoadedSource } from "../../../src/daemon/functions/function-loader.ts"
import type { BuildCommand } from "../../../src/functions/function-manifest.ts"
import { manifestOf } from "./plain-manifest.ts"

const readAtMs = 1_700_000_000_000
const root = path.resolve("/project")
const folder = path.join(root, "functions")
const places = { root, folder }

const orders = loaded("orders", { inputs: ["functions/orders.ts", "functions/_shared/mail.ts", "lib/money.ts"] })
const report = loaded("report", { inputs: ["functions/report.ts"], manifestFile: "functions/report.yaml" })
const broken = loaded("broken", { inputs: ["functions/broken.ts"], mayLackFile: true })
const wrong = loaded("wrong", { inputs: ["functions/wrong.ts"] })
const folderLike = loaded("chat", { inputs: ["functions/chat/src/index.ts"], folder: "functions/chat" })
const resize = loaded("resize", {
  inputs: [],
  folder: "functions/resize",
  build: {
    command: "cargo",
    args: ["build"],
    watch: ["src/**/*.rs", "Cargo.toml"],
    output: "target/wasm32/resize.wasm",
  },
})
const packed = loaded("packed", {
  inputs: [],
  folder: "functions/packed",
  build: { command: "npm", args: ["run", "build"], watch: [], output: "dist/plugin.wasm" },
})
const given = loaded("given", { inputs: [], wasmFile: "functions/given.wasm" })
const sources = [orders, report, broken, wrong, folderLike, resize, packed, given]

const scenarios: readonly {
  readonly name: string
  readonly changed: string
  readonly build: readonly string[] | null
  readonly retry?: readonly string[]
}[] = [
  { name: "the entry of a function builds that function", changed: "functions/report.ts", build: ["report"] },
  { name: "a manifest builds its function", changed: "functions/report.yaml", build: ["report"] },
  {
    name: "a manifest that is new builds the function it lies beside",
    changed: "functions/orders.yaml",
    build: ["orders"],
    retry: ["broken"],
  },
  { name: "a shared file builds those that import it", changed: "functions/_shared/mail.ts", build: ["orders"] },
  { name: "a file outside the folder builds those that import it", changed: "lib/money.ts", build: ["orders"] },
  {
    name: "a file that nobody knew may be what a failed function lacks; one that failed for itself is left",
    changed: "functions/_shared/new.ts",
    build: [],
    retry: ["broken"],
  },
  {
    name: "packages of a function's own folder concern that function",
    changed: "functions/chat/package.json",
    build: ["chat"],
  },
  {
    name: "another file of its folder does not, but failed ones try again",
    changed: "functions/chat/README.md",
    build: [],
    retry: ["broken"],
  },
  { name: "a build command follows its globs", changed: "functions/resize/src/deep/lib.rs", build: ["resize"] },
  { name: "and nothing else of its folder", changed: "functions/resize/notes.txt", build: [], retry: ["broken"] },
  { name: "without globs it follows every file", changed: "functions/packed/src/a.ts", build: ["packed"] },
  {
    name: "but for what lies beside its output",
    changed: "functions/packed/dist/bundle.js",
    build: [],
    retry: ["broken"],
  },
  { name: "the project's packages concern all", changed: "package.json", build: null },
  { name: "an install that ended concerns all", changed: "node_modules/.package-lock.json", build: null },
  { name: "the functions' tsconfig concerns all", changed: "functions/tsconfig.json", build: null },
  { name: "variables that manifests name concern all", changed: ".env", build: null },
]

test.for(scenarios)("$name", ({ changed, build, retry = [] }) => {
  const concerned = concernedFunctions(new Set([path.join(root, changed)]), { places, sources })

  expect(concerned.build === null ? null : [...concerned.build].toSorted()).toEqual(build)
  expect([...concerned.retry]).toEqual(retry)
  expect([...concerned.plugins]).toEqual([])
})

test("plug-ins of other tools are told apart from sources; ours are not followed", () => {
  const changed = new Set(
    ["functions/given.wasm", "functions/resize/target/wasm32/resize.wasm", ".alyx/functions/orders.wasm"].map((file) =>
      path.join(root, file),
    ),
  )

  const concerned = concernedFunctions(changed, { places, sources: [given, resize, orders] })

  expect([...concerned.plugins].toSorted()).toEqual(["given", "resize"])
  expect([...(concerned.build ?? [])]).toEqual([])
})

test("what builds read outside the folder is followed, packages only by what an install writes last", () => {
  const withPackage = loaded("zod", { inputs: ["functions/zod.ts", "node_modules/zod/index.js"] })
  const files = followedFiles(places, { sources: [orders, withPackage, resize], envFiles: [path.join(root, ".env")] })

  const told = [...files.keys()].map((file) => path.relative(root, file))
  expect(told).toContain("lib/money.ts")
  expect(told).toContain(".env")
  expect(told).toContain("functions/resize/target/wasm32/resize.wasm")
  expect(told).toContain("node_modules/.package-lock.json")
  expect(told).not.toContain("node_modules/zod/index.js")
  expect([files.get(path.join(root, "lib/money.ts")), files.get(path.join(root, ".env"))]).toEqual([readAtMs, Infinity])
})

function loaded(
  name: string,
  made: {
    readonly inputs: readonly string[]
    readonly mayLackFile?: boolean
    readonly folder?: string
    readonly manifestFile?: string
    readonly build?: BuildCommand
    readonly wasmFile?: string
  },
): LoadedSource {
  const ownFolder = path.join(root, made.folder ?? "functions")
  const isForeign = made.build !== undefined || made.wasmFile !== undefined
  const wasmFile =
    made.build === undefined
      ? path.join(root, made.wasmFile ?? `.alyx/functions/${name}.wasm`)
      : path.join(ownFolder, made.build.output)
  return {
    source: {
      name,
      manifest: manifestOf(name, made.manifestFile ?? null, made.build ?? null),
      folder: ownFolder,
      entryFile: isForeign ? null : path.join(root, made.inputs[0]!),
      wasmFile,
    },
    inputs: made.inputs.map((file) => path.join(root, file)),
    readAtMs,
    mayLackFile: made.mayLackFile ?? false,
  }
}
