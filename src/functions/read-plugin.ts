import { alyxError, isAlyxError } from "../errors.ts"
import type { FunctionStyle, PluginDescription } from "./built-function.ts"
import type { WasmExport, WasmImport } from "./wasm-sections.ts"
import { customSection, readExports, readImports, readSections } from "./wasm-sections.ts"

/** What a plug-in says of itself. */
export interface PluginContent {
  /** Null for a plug-in of another tool. */
  readonly description: PluginDescription | null
  readonly sourceMap: string | null
  readonly imports: readonly WasmImport[]
  readonly exports: readonly WasmExport[]
}

/** No file of a plug-in is larger. */
export const pluginBytesMax = 64 * 1024 * 1024

/** Reads a plug-in; `file` is its path for messages. Throws PLUGIN_INVALID for what is none, or is damaged. */
export function readPlugin(wasm: Uint8Array<ArrayBuffer>, file: string): PluginContent {
  if (wasm.length === 0) throw invalid(file, "is empty", "It may be written just now: build it again.")
  if (!isWasm(wasm)) throw invalid(file, "is no WebAssembly module", `It begins with ${shownBeginning(wasm)}.`)
  const { says, ...content } = readContent(wasm, file)
  return { description: says === undefined ? null : readDescription(says, file), ...content }
}

/** `says` is undefined where the section `alyx` is missing. */
function readContent(
  wasm: Uint8Array<ArrayBuffer>,
  file: string,
): Omit<PluginContent, "description"> & { readonly says: unknown } {
  try {
    const sections = readSections(wasm)
    const custom = (name: string): string | null => {
      const content = customSection(sections, name)
      return content === null ? null : new TextDecoder().decode(content)
    }
    const text = custom("alyx")
    // Ours was made a moment ago, or its hash is known.
    if (text === null && !WebAssembly.validate(wasm)) throw invalid(file, "is damaged", "Build it again.")
    return {
      says: text === null ? undefined : (JSON.parse(text) as unknown),
      sourceMap: custom("alyx.map"),
      imports: readImports(sections),
      exports: readExports(sections),
    }
  } catch (error) {
    if (isAlyxError(error) && error.code !== "PLUGIN_INVALID") throw error
    throw invalid(file, "is damaged", "Build it again.", error)
  }
}

const engines: readonly unknown[] = ["alyx", "extism"] satisfies readonly PluginDescription["engine"][]
const styles: readonly unknown[] = ["define", "handler", "fetch", "plugin"] satisfies readonly FunctionStyle[]

/** What our compiler writes, when it did: the section may stand in a module that comes from anywhere. */
function readDescription(value: unknown, file: string): PluginDescription {
  const written = (typeof value === "object" && value !== null ? value : {}) as Record<string, unknown>
  const { abi, engine, style, exports, input, output } = written
  const isAsWritten =
    abi === 1 &&
    engines.includes(engine) &&
    styles.includes(style) &&
    Array.isArray(exports) &&
    exports.every((name) => typeof name === "string") &&
    [input, output].every((schema) => isSchema(schema))
  if (isAsWritten) return value as PluginDescription
  const what = "has a section alyx that this version of Alyx does not write"
  throw invalid(file, what, "Build it again, or remove the section.")
}

function isSchema(value: unknown): boolean {
  return typeof value === "boolean" || (typeof value === "object" && !Array.isArray(value))
}

/** `\0asm`, and version 1; components have another. */
function isWasm(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00].every((byte, at) => bytes[at] === byte)
}

function shownBeginning(bytes: Uint8Array): string {
  const isComponent = bytes[0] === 0 && bytes[1] === 0x61 && bytes[4] === 0x0d
  if (isComponent) return "the mark of a component; Extism takes core modules"
  return [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")
}

function invalid(file: string, what: string, next: string, cause?: unknown): Error {
  return alyxError("PLUGIN_INVALID", { message: `${file} ${what}.`, next, ...(cause === undefined ? {} : { cause }) })
}
