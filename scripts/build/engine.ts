import { execFile } from "node:child_process"
import { createHash } from "node:crypto"
import { mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { promisify } from "node:util"

import { main as compileAssemblyScript } from "assemblyscript/asc"

import { hostFunctionsMax, spareName } from "../../src/functions/plugin-interface.ts"
import { wasmName } from "../../src/functions/wasm-bytes.ts"
import { readSections, replaceSection, sectionIds, writeSections } from "../../src/functions/wasm-sections.ts"

/** How many functions a plug-in can export; as in src/functions/snapshot.ts. */
const entriesCount = 64

/** Exports that the snapshots need; those of the glue come on top. */
const engineExports = [
  "memory",
  "__stack_pointer",
  "_initialize",
  "wasm_malloc",
  "wasm_free",
  "qjs_run_gc",
  "qjs_new_host_function",
  "qjs_get_global",
  "qjs_new_object",
  "qjs_set_prop_string",
  "qjs_free_value",
  "qjs_compile",
  "qjs_eval",
  "qjs_eval_bytecode",
  "qjs_is_exception",
  "qjs_get_context_ptr",
  "qjs_get_exception",
  "qjs_get_string_len",
  "qjs_get_prop_string",
]

/** Features of the engine: with more of them binaryen writes sections that V8 refuses. */
const features = [
  "bulk-memory",
  "sign-ext",
  "mutable-globals",
  "nontrapping-float-to-int",
  "multivalue",
  "reference-types",
  "bulk-memory-opt",
  "call-indirect-overlong",
].map((feature) => `--enable-${feature}`)

/** binaryen's tools print the module when they refuse it. */
const outputBytesMax = 64 * 1024 * 1024

/** Joins QuickJS and the glue. Kept in node_modules/.alyx-engines, by the hash of all that it is made of. */
export async function buildEngine(options: {
  readonly root: string
  readonly engine: "alyx" | "extism"
}): Promise<Uint8Array<ArrayBuffer>> {
  const { root, engine } = options
  const glue = await readFile(path.join(root, "runtimes/js/engine/glue.as"), "utf8")
  const folder = path.join(root, "node_modules", ".alyx-engines")
  const file = path.join(folder, `${engine}-${await hashOf(root, glue)}.wasm`)
  const kept = await readFile(file).catch(() => null)
  if (kept !== null) return new Uint8Array(kept)

  const work = await mkdtemp(path.join(tmpdir(), "alyx-engine-"))
  try {
    await writeFile(path.join(work, "glue.wasm"), withMemoryOfEngine(await compileGlue(glue, engine)))
    await joinModules(root, work)
    await mkdir(folder, { recursive: true })
    const joined = await readFile(path.join(work, "engine.wasm"))
    await writeFile(`${file}.${process.pid}`, joined)
    await rename(`${file}.${process.pid}`, file)
    await removeOlder(folder, { engine, kept: path.basename(file) })
    return new Uint8Array(joined)
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function removeOlder(folder: string, { engine, kept }: { engine: string; kept: string }): Promise<void> {
  const older = (await readdir(folder)).filter((name) => name.startsWith(`${engine}-`) && name !== kept)
  await Promise.all(older.map((name) => rm(path.join(folder, name), { force: true })))
}

async function hashOf(root: string, glue: string): Promise<string> {
  const hash = createHash("sha256").update(glue)
  hash.update(await readFile(import.meta.filename))
  hash.update(spareImports())
  for (const name of ["quickjs-wasi", "assemblyscript", "binaryen"]) {
    hash.update(await readFile(path.join(root, "node_modules", name, "package.json")))
  }
  return hash.digest("hex").slice(0, 32)
}

async function compileGlue(glue: string, engine: "alyx" | "extism"): Promise<Uint8Array> {
  const entries = Array.from(
    { length: entriesCount },
    (_, index) => `export function alyx_entry_${index}(): i32 { return serve(${index}) }\n`,
  )
  const sources: Record<string, string> = {
    "glue.ts": glue.replace("export function serve", "function serve") + entries.join("") + spareImports(),
    "engine-kind.ts": `export const isAlyx: bool = ${engine === "alyx"}\n`,
  }
  const written: { wasm?: Uint8Array } = {}
  const { error, stderr } = await compileAssemblyScript(
    [
      "glue.ts",
      "--outFile",
      "glue.wasm",
      "--runtime",
      "stub",
      "--importMemory",
      "--noAssert",
      "-O3",
      "--noExportMemory",
    ],
    {
      readFile: (name: string) => sources[name] ?? null,
      writeFile: (_name: string, contents: Uint8Array | string) => {
        if (typeof contents !== "string") written.wasm = contents
      },
    },
  )
  if (error !== null || written.wasm === undefined) throw new Error(`The glue does not compile.\n${stderr.toString()}`)
  return written.wasm
}

/** Imports that a plug-in may have of its own, and what calls them; src/functions/link-interface.ts writes both anew. */
function spareImports(): string {
  const spares = Array.from({ length: hostFunctionsMax }, (_, index) => index)
  const declared = spares.map(
    (index) =>
      `@external("extism:host/user", "${spareName(index)}") declare function spare_${index}(offset: i64): void\n`,
  )
  const calls = spares.map((index) => `  if (index == ${index}) spare_${index}(load<i64>(values))\n`)
  return `${declared.join("")}export function alyx_call_host(index: i32, values: i32): void {\n${calls.join("")}}\n`
}

/** AssemblyScript imports its memory from `env`; here it is the engine's. */
function withMemoryOfEngine(glue: Uint8Array): Uint8Array {
  const sections = readSections(glue)
  const imports = Buffer.from(sections.find((section) => section.id === sectionIds.import)!.content)
  const name = Buffer.from(wasmName("memory"))
  const from = Buffer.concat([Buffer.from(wasmName("env")), name])
  const at = imports.indexOf(from)
  if (at < 0) throw new Error("The glue does not import its memory.")
  const to = Buffer.concat([Buffer.from(wasmName("engine")), name])
  const content = Buffer.concat([imports.subarray(0, at), to, imports.subarray(at + from.length)])
  return writeSections(replaceSection(sections, sectionIds.import, content))
}

/** wasm-merge joins the two by each other's imports; then everything that nobody can reach is dropped. */
async function joinModules(root: string, work: string): Promise<void> {
  const at = (name: string): string => path.join(work, name)
  const tool = (name: string, args: string[]) =>
    promisify(execFile)(process.execPath, [path.join(root, "node_modules/binaryen/bin", name), ...args, ...features], {
      maxBuffer: outputBytesMax,
    })
  const quickjs = path.join(root, "node_modules/quickjs-wasi/quickjs.wasm")
  await tool("wasm-merge", [quickjs, "engine", at("glue.wasm"), "env", "-o", at("joined.wasm")])
  const roots = [...engineExports, ...glueExports()].map((name) => ({ name, root: true, export: name }))
  await writeFile(at("graph.json"), JSON.stringify(roots))
  const passes = ["--duplicate-import-elimination", "--strip-debug", "--strip-producers"]
  await tool("wasm-metadce", [at("joined.wasm"), "--graph-file", at("graph.json"), ...passes, "-o", at("engine.wasm")])
}

function glueExports(): string[] {
  const entries = Array.from({ length: entriesCount }, (_, index) => `alyx_entry_${index}`)
  const globals = ["deadline", "building", "step", "scratch", "random", "bytecode", "bytecode_length", "values"]
  const functions = ["boot", "evaluate", "expect", "set_memory_limit", "call_host", "resume"]
  return [...entries, ...[...globals, ...functions].map((name) => `alyx_${name}`)]
}
