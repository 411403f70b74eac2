import { alyxError } from "../../../errors.ts"
import {
  exportSection,
  readExports,
  readSections,
  replaceSection,
  sectionIds,
  withMemoryLimit,
  writeSections,
} from "../../../functions/wasm-sections.ts"
import type { WasmSection } from "../../../functions/wasm-sections.ts"
import { nearestWord } from "../../../lib/nearest-word.ts"
import type { BuiltFunction } from "../../../functions/built-function.ts"
import type { CompiledModules } from "./compiled-modules.ts"
import { readEntryParameters } from "./entry-parameters.ts"
import { beginnings, knownImports, ownWasiNamespace, wasiNamespace } from "./known-imports.ts"
import { copyOfData, takeDataApart } from "./plugin-data.ts"
import type { PluginData } from "./plugin-data.ts"
import { readPluginImports, renamedImports } from "./plugin-imports.ts"
import type { PluginImport } from "./plugin-imports.ts"

/** A plug-in that was looked through and compiled: what workers make instances of. */
export interface CompiledPlugin {
  readonly module: WebAssembly.Module
  /** What the memory of an instance begins with; null where the module itself has it. */
  readonly data: PluginData | null
  /** The exported function that is called. */
  readonly entry: string
  /** Of guest-abi.ts, and made by us: an interrupt ends its code, so others may wait beside it on one worker. */
  readonly isInterruptible: boolean
  /** A call that ends without an answer has failed, whatever it says. */
  readonly alwaysAnswers: boolean
  readonly memoryBytes: number
  /** Of the bytes that it was made of. */
  readonly hash: string
}

/** What loadPlugin is told. */
export interface LoadRequest {
  readonly name: string
  readonly built: BuiltFunction
  /** The manifest's; null for `handler`, `handle`, or the only one. */
  readonly entry: string | null
  readonly memoryBytes: number
  /** Compiled already from the same bytes, for the same limit. */
  readonly same: Compiled | undefined
  /** Where modules are kept that several plug-ins share. */
  readonly modules: CompiledModules
}

type Compiled = Pick<CompiledPlugin, "module" | "data">

/**
 * Looks a plug-in through and compiles it with the function's memory limit: bytes that are no module, imports that nobody
 * fulfils and memories that would not hold the limit are refused here, before anything of it runs.
 */
export async function loadPlugin(request: LoadRequest): Promise<CompiledPlugin> {
  const { name, built, memoryBytes } = request
  const { module, data } = copied(request.same) ?? (await compileApart(request)) ?? (await compile(request))
  const exported = WebAssembly.Module.exports(module).filter(({ kind }) => kind === "function")
  const entry = chooseEntry(
    name,
    request.entry,
    exported.map((one) => one.name),
  )
  requireNoParameters(name, entry, built.wasm)
  return {
    module,
    data,
    entry,
    isInterruptible:
      built.isOwn &&
      built.description?.engine === "alyx" &&
      WebAssembly.Module.exports(module).some((one) => one.kind === "global" && one.name === "alyx_deadline"),
    alwaysAnswers: built.description !== null && built.description.style !== "plugin",
    memoryBytes,
    hash: built.hash,
  }
}

/** The same module; each plug-in has its own data, which goes with it. */
function copied(same: Compiled | undefined): Compiled | undefined {
  return same?.data ? { module: same.module, data: copyOfData(same.data) } : same
}

async function compile({ name, built, memoryBytes }: LoadRequest): Promise<Compiled> {
  const sections = withMemoryLimit(readSections(requireModule(name, built.wasm)), memoryBytes)
  requireKnownImports(name, readPluginImports(sections))
  return { module: await compileSections(sections, WebAssembly.compile), data: null }
}

async function compileSections(
  sections: readonly WasmSection[],
  compileBytes: (wasm: Uint8Array<ArrayBuffer>) => Promise<WebAssembly.Module>,
): Promise<WebAssembly.Module> {
  return compileBytes(writeSections(withOwnNames(sections)))
}

/**
 * Those of our compiler differ in their data alone. Without it they are one module: nothing is compiled twice, and what calls of
 * one function made fast is fast for all. Null for what is to be compiled as it is, or refused.
 */
async function compileApart({ name, built, memoryBytes, modules }: LoadRequest): Promise<Compiled | null> {
  if (built.description === null) return null
  const apart = takeDataApart(withMemoryLimit(readSections(built.wasm), memoryBytes))
  if (apart === null) return null
  const module = await compileSections(apart.sections, (wasm) => modules.compile(wasm)).catch(() => null)
  if (module === null) return null
  requireKnownImports(name, readPluginImports(apart.sections))
  return { module, data: apart.data }
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
  const unknown = imports.filter((one) => !isKnown(one))
  if (unknown.length === 0) return
  throw alyxError("UNKNOWN_IMPORT", {
    message: `The plug-in of ${name} imports what Alyx does not have: ${unknown.map(describeImport).join("; ")}.`,
    next: adviceFor(unknown[0]!),
    details: { imports: unknown.map(({ module, name: wanted }) => `${module}.${wanted}`) },
  })
}

function isKnown({ module, name, kind, signature }: PluginImport): boolean {
  return kind === "function" && signaturesOf(module, name).includes(signature)
}

function signaturesOf(namespace: string, name: string): readonly string[] {
  const functions = Object.hasOwn(knownImports, namespace) ? knownImports[namespace]! : {}
  return Object.hasOwn(functions, name) ? functions[name]! : []
}

function describeImport({ module, name, kind, signature }: PluginImport): string {
  if (kind !== "function") return `the ${kind} ${module}.${name}`
  const known = signaturesOf(module, name)
  if (known.length === 0) return `${module}.${name}`
  return `${module}.${name} as (${signature}), which is (${known.join(") or (")})`
}

function adviceFor({ module: namespace, name }: PluginImport): string {
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

const beginningNames: Readonly<Record<string, string>> = {
  _initialize: beginnings.initialize,
  _start: beginnings.start,
  hs_init: beginnings.haskell,
}

/** The same module, with WASI and with what runs before everything under names that only we know. */
function withOwnNames(sections: readonly WasmSection[]): WasmSection[] {
  const exported = readExports(sections).map((one) => ({
    ...one,
    name: Object.hasOwn(beginningNames, one.name) ? beginningNames[one.name]! : one.name,
  }))
  const renamed = replaceSection(sections, sectionIds.export, exportSection(exported))
  const imports = renamedImports(sections, wasiNamespace, ownWasiNamespace)
  return replaceSection(renamed, sectionIds.import, imports)
}

/** What compilers export beside the functions of the person who wrote it. */
const notForCalling = /^(alyx:.*|alyx_.*|__.*|malloc|free|asyncify_.*|cabi_realloc)$/

/** Nobody would give it arguments: Extism's functions read their input. */
function requireNoParameters(name: string, entry: string, wasm: Uint8Array<ArrayBuffer>): void {
  const parameters = readEntryParameters(readSections(wasm), entry)
  if (parameters === "") return
  throw alyxError("ENTRY_NOT_FOUND", {
    message: `${entry} in the plug-in of ${name} has parameters (${parameters}): it is for plug-ins that are linked to this one.`,
    next: "Name a function without parameters in the manifest: entry: <name>.",
  })
}

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
