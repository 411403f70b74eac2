import { alyxError, isAlyxError } from "../errors.ts"
import type { PluginDescription } from "./built-function.ts"
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
export const pluginBytesMax = 256 * 1024 * 1024

/** Reads a plug-in; `file` is its path for messages. Throws PLUGIN_INVALID for what is none, or is damaged. */
export function readPlugin(wasm: Uint8Array<ArrayBuffer>, file: string): PluginContent {
  if (wasm.length === 0) throw invalid(file, "is empty", "It may be written just now: build it again.")
  if (!isWasm(wasm)) throw invalid(file, "is no WebAssembly module", `It begins with ${shownBeginning(wasm)}.`)
  try {
    const sections = readSections(wasm)
    const custom = (name: string): string | null => {
      const content = customSection(sections, name)
      return content === null ? null : new TextDecoder().decode(content)
    }
    const description = custom("alyx")
    // Ours was made a moment ago, or its hash is known.
    if (description === null && !WebAssembly.validate(wasm)) throw invalid(file, "is damaged", "Build it again.")
    return {
      description: description === null ? null : (JSON.parse(description) as PluginDescription),
      sourceMap: custom("alyx.map"),
      imports: readImports(sections),
      exports: readExports(sections),
    }
  } catch (error) {
    if (isAlyxError(error) && error.code !== "PLUGIN_INVALID") throw error
    throw invalid(file, "is damaged", "Build it again.", error)
  }
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
