import {
  chooseEntry,
  requireKnownImports,
  requireModule,
  requireNoParameters,
} from "../../../functions/check-plugin.ts"
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
import type { BuiltFunction } from "../../../functions/built-function.ts"
import type { CompiledModules } from "./compiled-modules.ts"
import {
  ownExportName,
  ownWasiNamespace,
  resumeName,
  unusedNamespace,
  wasiNamespace,
} from "../../../functions/known-imports.ts"
import { copyOfData, takeDataApart } from "./plugin-data.ts"
import type { PluginData } from "./plugin-data.ts"
import { readPluginImports, renamedImports } from "../../../functions/plugin-imports.ts"

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

/** The same module, with WASI and with what runs before everything under names that only we know. */
function withOwnNames(sections: readonly WasmSection[]): WasmSection[] {
  const exported = readExports(sections).map((one) => ({ ...one, name: ownExportName(one.name) }))
  const renamed = replaceSection(sections, sectionIds.export, exportSection(exported))
  const isResumed = exported.some(({ name }) => name === resumeName)
  const imports = renamedImports(sections, ({ module, name }) => {
    if (isResumed && name === "http_request") return unusedNamespace
    return module === wasiNamespace ? ownWasiNamespace : module
  })
  return replaceSection(renamed, sectionIds.import, imports)
}
