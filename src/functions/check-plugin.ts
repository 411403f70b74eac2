import { alyxError } from "../errors.ts"
import { nearestWord } from "../lib/nearest-word.ts"
import { readEntryParameters } from "./entry-parameters.ts"
import { alyxNamespace, knownImports, ownExportName } from "./known-imports.ts"
import { readPluginImports } from "./plugin-imports.ts"
import type { PluginImport } from "./plugin-imports.ts"
import { readExports, readSections, withMemoryLimit } from "./wasm-sections.ts"

/** A plug-in that would be served. */
export interface PluginToCheck {
  readonly name: string
  readonly wasm: Uint8Array<ArrayBuffer>
  /** The manifest's; null for `handler`, `handle`, or the only one. */
  readonly entry: string | null
  readonly memoryBytes: number
}

/**
 * Refuses what a daemon would refuse to serve, without compiling it: PLUGIN_INVALID, UNSUPPORTED_MODULE, UNKNOWN_IMPORT,
 * ENTRY_NOT_FOUND.
 */
export function checkPlugin({ name, wasm, entry, memoryBytes }: PluginToCheck): void {
  const sections = withMemoryLimit(readSections(requireModule(name, wasm)), memoryBytes)
  requireKnownImports(name, readPluginImports(sections))
  const exported = readExports(sections).filter(({ kind }) => kind === "function")
  const names = exported.map((one) => ownExportName(one.name))
  requireNoParameters(name, chooseEntry(name, entry, names), wasm)
}

/** Refuses bytes that are no module, or none that this version of Node.js has the features for. */
export function requireModule(name: string, wasm: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
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

/** Refuses imports that nobody fulfils. */
export function requireKnownImports(name: string, imports: readonly PluginImport[]): void {
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
  if (near === undefined && namespace === alyxNamespace) {
    return "A plug-in has no functions there but Alyx's own: one that needs others, as by Host.getFunctions(), runs in the host that provides them."
  }
  return near === undefined ? `There are: ${functions.join(", ")}.` : `Did you mean ${near}?`
}

/** What compilers export beside the functions of the person who wrote it. */
const notForCalling = /^(alyx:.*|alyx_.*|__.*|malloc|free|asyncify_.*|cabi_realloc)$/

/** Nobody would give it arguments: Extism's functions read their input. */
export function requireNoParameters(name: string, entry: string, wasm: Uint8Array<ArrayBuffer>): void {
  const parameters = readEntryParameters(readSections(wasm), entry)
  if (parameters === "") return
  throw alyxError("ENTRY_NOT_FOUND", {
    message: `${entry} in the plug-in of ${name} has parameters (${parameters}): it is for plug-ins that are linked to this one.`,
    next: "Name a function without parameters in the manifest: entry: <name>.",
  })
}

/** The function to call: the one that is wanted, else handler, handle, or the only one. The names are those of ownExportName. */
export function chooseEntry(name: string, wanted: string | null, exported: readonly string[]): string {
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
