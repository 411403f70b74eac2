import { readExports, sectionIds, sectionReader } from "./wasm-sections.ts"
import type { WasmSection } from "./wasm-sections.ts"
import { readSignatures, typesOfImports } from "./plugin-imports.ts"

/** The types of an exported function's parameters, such as `i32 i64`; empty where it has none. Of a module that has been compiled. */
export function readEntryParameters(sections: readonly WasmSection[], entry: string): string {
  const index = readExports(sections).find(({ name, kind }) => name === entry && kind === "function")?.index
  if (index === undefined) return ""
  const type = [...typesOfImports(sections), ...typesOfFunctions(sections)][index]
  const signature = type === undefined ? undefined : readSignatures(sections)[type]
  return signature?.slice(0, signature.indexOf("->")).trim() ?? ""
}

function typesOfFunctions(sections: readonly WasmSection[]): number[] {
  const reader = sectionReader(sections, sectionIds.function)
  return reader === null ? [] : Array.from({ length: reader.u32() }, () => reader.u32())
}
