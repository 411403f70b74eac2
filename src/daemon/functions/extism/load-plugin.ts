import { alyxError } from "../../../errors.ts"
import { nearestWord } from "../../../lib/nearest-word.ts"
import type { BuiltFunction } from "../../../functions/built-function.ts"
import { beginnings, knownImports, ownWasiNamespace, wasiNamespace } from "./known-imports.ts"
import { memorySection, readShape, renamedExports, renamedImports, sectionIds } from "./module-shape.ts"
import type { ModuleShape, PluginImport } from "./module-shape.ts"
import { readSections, writeSections } from "./wasm-bytes.ts"

/** A plug-in that was looked through and compiled: what workers make instances of. */
export interface CompiledPlugin {
  readonly module: WebAssembly.Module
  /** The exported function that is called. */
  readonly entry: string
  /** Of guest-abi.ts: an interrupt ends its code, so others may wait beside it on one worker. */
  readonly isInterruptible: boolean
  readonly memoryBytes: number
}

/** What loadPlugin is told. */
export interface LoadRequest {
  readonly name: string
  readonly built: BuiltFunction
  /** The manifest's; null for `handler`, `handle`, or the only one. */
  readonly entry: string | null
  readonly memoryBytes: number
}

const pageBytes = 65_536

/**
 * Looks a plug-in through and compiles it with the function's memory limit: bytes that are no module, imports that nobody
 * fulfils and memories that would not hold the limit are refused here, before anything of it runs.
 */
export async function loadPlugin(request: LoadRequest): Promise<CompiledPlugin> {
  const { name, built, memoryBytes } = request
  const wasm = requireModule(name, built.wasm)
  const shape = readShape(wasm)
  requireKnownImports(name, shape.imports)
  const fitted = fitModule(name, wasm, shape, memoryBytes)
  const module = await WebAssembly.compile(fitted)
  const exported = WebAssembly.Module.exports(module).filter(({ kind }) => kind === "function")
  const entry = chooseEntry(
    name,
    request.entry,
    exported.map((one) => one.name),
  )
  return {
    module,
    entry,
    isInterruptible:
      built.description?.engine === "alyx" &&
      WebAssembly.Module.exports(module).some((one) => one.kind === "global" && one.name === "alyx_deadline"),
    memoryBytes,
  }
}

function requireModule(name: string, wasm: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  if (WebAssembly.validate(wasm)) return wasm
  const isModule = wasm[0] === 0 && wasm[1] === 0x61 && wasm[2] === 0x73 && wasm[3] === 0x6d
  throw alyxError("PLUGIN_INVALID", {
    message: isModule
      ? `The plug-in of ${name} (${wasm.length} bytes) is damaged, cut off, or uses features of WebAssembly that this version of Node.js does not have: ${whyInvalid(wasm)}.`
      : `The plug-in of ${name} (${wasm.length} bytes) is no WebAssembly module: it does not begin with \\0asm.`,
    next: "Build it again.",
  })
}

function whyInvalid(wasm: Uint8Array<ArrayBuffer>): string {
  try {
    void new WebAssembly.Module(wasm)
    return "it does not validate"
  } catch (error) {
    return error instanceof Error ? error.message.replace(/^WebAssembly\.Module\(\): /, "") : String(error)
  }
}

function requireKnownImports(name: string, imports: readonly PluginImport[]): void {
  const memory = imports.find(({ kind }) => kind === "memory")
  if (memory !== undefined) {
    throw alyxError("UNSUPPORTED_MODULE", {
      message: `The plug-in of ${name} imports its memory (${memory.namespace}.${memory.name}); it has to have one of its own.`,
      next: "Build it without an imported memory (asc: without --importMemory; clang: without --import-memory).",
    })
  }
  const unknown = imports.filter((one) => !isKnown(one))
  if (unknown.length === 0) return
  throw alyxError("UNKNOWN_IMPORT", {
    message: `The plug-in of ${name} imports what Alyx does not have: ${unknown.map(describeImport).join("; ")}.`,
    next: adviceFor(unknown[0]!),
    details: { imports: unknown.map(({ namespace, name: wanted }) => `${namespace}.${wanted}`) },
  })
}

function isKnown({ namespace, name, kind, signature }: PluginImport): boolean {
  return kind === "function" && signaturesOf(namespace, name).includes(signature)
}

function signaturesOf(namespace: string, name: string): readonly string[] {
  const functions = Object.hasOwn(knownImports, namespace) ? knownImports[namespace]! : {}
  return Object.hasOwn(functions, name) ? functions[name]! : []
}

function describeImport({ namespace, name, kind, signature }: PluginImport): string {
  if (kind !== "function") return `the ${kind} ${namespace}.${name}`
  const known = signaturesOf(namespace, name)
  if (known.length === 0) return `${namespace}.${name}`
  return `${namespace}.${name} as (${signature}), which is (${known.join(") or (")})`
}

function adviceFor({ namespace, name }: PluginImport): string {
  if (namespace === "env" && name === "abort") {
    return "AssemblyScript's abort is a function of your own: asc --use abort=<file>/<function>."
  }
  const functions = Object.hasOwn(knownImports, namespace) ? Object.keys(knownImports[namespace]!) : []
  if (functions.length === 0) {
    return `Host functions are in ${Object.keys(knownImports).join(", ")}.`
  }
  const near = nearestWord(name, functions)
  return near === undefined ? `There are: ${functions.join(", ")}.` : `Did you mean ${near}?`
}

const beginningNames = {
  _initialize: beginnings.initialize,
  _start: beginnings.start,
  hs_init: beginnings.haskell,
}

/** The same module, with the limit as the maximum of its memory, and WASI under a name of ours. */
function fitModule(
  name: string,
  wasm: Uint8Array<ArrayBuffer>,
  shape: ModuleShape,
  memoryBytes: number,
): Uint8Array<ArrayBuffer> {
  const { memories, imports } = shape
  if (memories.length > 1) throw unsupported(name, `has ${memories.length} memories; functions have one`)
  const [memory] = memories
  if (memory?.isShared === true) throw unsupported(name, "has a shared memory; functions run on one thread")
  if (memory?.is64Bit === true) throw unsupported(name, "has a 64-bit memory; functions have 32-bit ones")
  const limit = Math.floor(memoryBytes / pageBytes)
  if (memory !== undefined && memory.minimum > limit) {
    const needs = Math.ceil((memory.minimum * pageBytes) / 1_048_576)
    throw alyxError("UNSUPPORTED_MODULE", {
      message: `The plug-in of ${name} begins with ${needs} MB of memory, and its limit is ${Math.floor(memoryBytes / 1_048_576)} MB.`,
      next: `Write memory: ${needs * 2}mb in its manifest.`,
    })
  }
  const hasWasi = imports.some(({ namespace }) => namespace === wasiNamespace)
  return writeSections(
    wasm,
    readSections(wasm).map((section) => {
      const { id, content } = section
      if (id === sectionIds.memory && memory !== undefined) {
        return memorySection(memory.minimum, Math.min(memory.maximum ?? limit, limit))
      }
      if (id === sectionIds.import && hasWasi) return renamedImports(content, wasiNamespace, ownWasiNamespace)
      if (id === sectionIds.export) return renamedExports(content, beginningNames)
      return section
    }),
  )
}

function unsupported(name: string, what: string): Error {
  return alyxError("UNSUPPORTED_MODULE", { message: `The plug-in of ${name} ${what}.` })
}

/** What compilers export beside the functions of the person who wrote it. */
const notForCalling = /^(alyx:.*|alyx_.*|__.*|malloc|free|asyncify_.*|cabi_realloc)$/

function chooseEntry(name: string, wanted: string | null, exported: readonly string[]): string {
  const callable = exported.filter((one) => !notForCalling.test(one))
  const entry = wanted ?? ["handler", "handle"].find((one) => callable.includes(one)) ?? onlyOf(callable)
  if (entry !== undefined && exported.includes(entry)) return entry
  const list = callable.length === 0 ? "no function" : callable.join(", ")
  throw alyxError("ENTRY_NOT_FOUND", {
    message:
      wanted === null
        ? `The plug-in of ${name} exports neither handler nor handle. It exports ${list}.`
        : `The plug-in of ${name} does not export ${wanted}. It exports ${list}.`,
    next: "Name the function to call in the manifest: entry: <name>.",
  })
}

function onlyOf(names: readonly string[]): string | undefined {
  return names.length === 1 ? names[0] : undefined
}
