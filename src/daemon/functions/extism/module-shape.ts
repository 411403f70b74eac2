import { readSections, WasmReader, WasmWriter } from "./wasm-bytes.ts"
import type { WasmSection } from "./wasm-bytes.ts"

/** An import of a plug-in. */
export interface PluginImport {
  readonly namespace: string
  readonly name: string
  readonly kind: "function" | "table" | "memory" | "global" | "tag"
  /** `i64 i64 -> i64` of a function; empty for the others. */
  readonly signature: string
}

/** A memory, in pages of 64 KiB. */
export interface PluginMemory {
  readonly minimum: number
  readonly maximum: number | null
  readonly isShared: boolean
  readonly is64Bit: boolean
}

/** What has to be known of a module before it is compiled. */
export interface ModuleShape {
  readonly imports: readonly PluginImport[]
  readonly memories: readonly PluginMemory[]
  /** Whether the module begins by itself, before anything of it is called. */
  readonly hasStart: boolean
}

export const sectionIds = { type: 1, import: 2, memory: 5, export: 7, start: 8 } as const
const kinds = ["function", "table", "memory", "global", "tag"] as const

/** Reads imports and memories of a module that WebAssembly.validate has passed. */
export function readShape(wasm: Uint8Array<ArrayBuffer>): ModuleShape {
  const sections = readSections(wasm)
  const imported = readerOf(sections, sectionIds.import)
  const own = readerOf(sections, sectionIds.memory)
  return {
    imports: imported === null ? [] : readImports(imported, signaturesOf(sections)),
    memories: own === null ? [] : listOf(own, () => readMemory(own)),
    hasStart: sections.some(({ id }) => id === sectionIds.start),
  }
}

/** The section with the one memory of a module, with another maximum. */
export function memorySection(minimum: number, maximum: number): WasmSection {
  return { id: sectionIds.memory, content: new WasmWriter().number(1).byte(1).number(minimum).number(maximum).finish() }
}

/** The section of exports with other names for some. */
export function renamedExports(content: Uint8Array<ArrayBuffer>, names: Readonly<Record<string, string>>): WasmSection {
  const reader = new WasmReader(content)
  const writer = new WasmWriter()
  const count = reader.number()
  writer.number(count)
  for (let index = 0; index < count; index += 1) {
    const name = reader.text()
    writer.text(Object.hasOwn(names, name) ? names[name]! : name)
    writer.byte(reader.byte()).number(reader.number())
  }
  return { id: sectionIds.export, content: writer.finish() }
}

/** The section of imports with another name for one namespace. */
export function renamedImports(content: Uint8Array<ArrayBuffer>, from: string, to: string): WasmSection {
  const reader = new WasmReader(content)
  const writer = new WasmWriter()
  const count = reader.number()
  writer.number(count)
  for (let index = 0; index < count; index += 1) {
    const namespace = reader.text()
    writer.text(namespace === from ? to : namespace).text(reader.text())
    if (reader.byte() !== 0) throw new RangeError("Nothing but functions is imported by what gets here.")
    writer.byte(0).number(reader.number())
  }
  return { id: sectionIds.import, content: writer.finish() }
}

function readerOf(sections: readonly WasmSection[], id: number): WasmReader | null {
  const section = sections.find((one) => one.id === id)
  return section === undefined ? null : new WasmReader(section.content)
}

function listOf<T>(reader: WasmReader, read: () => T): T[] {
  return Array.from({ length: reader.number() }, () => read())
}

function readImports(reader: WasmReader, signatures: readonly string[]): PluginImport[] {
  return listOf(reader, () => {
    const namespace = reader.text()
    const name = reader.text()
    const kind = kinds[reader.byte()]
    if (kind === undefined) throw new RangeError("An import is of a kind that is not known.")
    return { namespace, name, kind, signature: readImportType(reader, kind, signatures) }
  })
}

function readImportType(reader: WasmReader, kind: PluginImport["kind"], signatures: readonly string[]): string {
  switch (kind) {
    case "function":
      return signatures[reader.number()] ?? "?"
    case "table":
      reader.byte()
      readLimits(reader)
      return ""
    case "memory":
      readMemory(reader)
      return ""
    case "global":
      reader.bytes(2)
      return ""
    case "tag":
      reader.byte()
      reader.number()
      return ""
  }
}

function readMemory(reader: WasmReader): PluginMemory {
  const { flags, minimum, maximum } = readLimits(reader)
  return { minimum, maximum, isShared: (flags & 2) !== 0, is64Bit: (flags & 4) !== 0 }
}

function readLimits(reader: WasmReader): { flags: number; minimum: number; maximum: number | null } {
  const flags = reader.byte()
  const minimum = reader.number()
  return { flags, minimum, maximum: (flags & 1) === 0 ? null : reader.number() }
}

const valueTypes: Readonly<Record<number, string>> = { 0x7f: "i32", 0x7e: "i64", 0x7d: "f32", 0x7c: "f64" }

/** By index. Types that are no plain functions (of garbage collection) end the list: no import of ours has one. */
function signaturesOf(sections: readonly WasmSection[]): readonly string[] {
  const reader = readerOf(sections, sectionIds.type)
  const signatures: string[] = []
  if (reader === null) return signatures
  const count = reader.number()
  for (let index = 0; index < count; index += 1) {
    if (reader.byte() !== 0x60) return signatures
    const takes = listOf(reader, () => valueTypes[reader.byte()] ?? "?")
    const gives = listOf(reader, () => valueTypes[reader.byte()] ?? "?")
    signatures.push([...takes, "->", ...gives].join(" "))
  }
  return signatures
}
