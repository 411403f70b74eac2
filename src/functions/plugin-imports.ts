import { concatBytes, unsigned, wasmName } from "./wasm-bytes.ts"
import type { WasmReader } from "./wasm-bytes.ts"
import { readImports, sectionIds, sectionReader } from "./wasm-sections.ts"
import type { WasmImport, WasmSection } from "./wasm-sections.ts"

/** An import of a plug-in. */
export interface PluginImport extends WasmImport {
  /** `i64 i64 -> i64` of a function; empty for the others. */
  readonly signature: string
}

/** What a module that WebAssembly.validate has passed imports, with the signatures of functions. */
export function readPluginImports(sections: readonly WasmSection[]): PluginImport[] {
  const imports = readImports(sections)
  const types = typesOfImports(sections)
  const signatures = readSignatures(sections)
  let functionCount = 0
  return imports.map((one) => {
    if (one.kind !== "function") return { ...one, signature: "" }
    const type = types[functionCount]!
    functionCount += 1
    return { ...one, signature: signatures[type] ?? "?" }
  })
}

/** The content of a section of imports that are all functions, with other names for modules. */
export function renamedImports(
  sections: readonly WasmSection[],
  moduleOf: (one: Pick<WasmImport, "module" | "name">) => string,
): Uint8Array {
  const types = typesOfImports(sections)
  const imports = readImports(sections)
  return concatBytes([
    unsigned(imports.length),
    ...imports.map(({ module, name }, index) => [
      ...wasmName(moduleOf({ module, name })),
      ...wasmName(name),
      0,
      ...unsigned(types[index]!),
    ]),
  ])
}

/** Indices of the types of imported functions; whatever else is imported ends the list, for that is refused. */
export function typesOfImports(sections: readonly WasmSection[]): number[] {
  const reader = sectionReader(sections, sectionIds.import)
  const types: number[] = []
  if (reader === null) return types
  for (let left = reader.u32(); left > 0; left -= 1) {
    reader.name()
    reader.name()
    if (reader.byte() !== 0) return types
    types.push(reader.u32())
  }
  return types
}

const valueTypes: Readonly<Record<number, string>> = { 0x7f: "i32", 0x7e: "i64", 0x7d: "f32", 0x7c: "f64" }

/** By index. A type that is no plain function ends the list: no function of ours has one. */
export function readSignatures(sections: readonly WasmSection[]): readonly string[] {
  const reader = sectionReader(sections, sectionIds.type)
  const signatures: string[] = []
  if (reader === null) return signatures
  for (let left = reader.u32(); left > 0; left -= 1) {
    if (reader.byte() !== 0x60) return signatures
    const takes = readValueTypes(reader)
    signatures.push([...takes, "->", ...readValueTypes(reader)].join(" "))
  }
  return signatures
}

function readValueTypes(reader: WasmReader): string[] {
  return Array.from({ length: reader.u32() }, () => valueTypes[reader.byte()] ?? "?")
}
