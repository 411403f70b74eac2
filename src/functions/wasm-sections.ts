import { alyxError } from "../errors.ts"
import { concatBytes, unsigned, wasmName, WasmReader } from "./wasm-bytes.ts"

/** The sections of a WebAssembly module by their bytes: what we read and rewrite of a plug-in, without parsing its code. */

/** Ids of sections, as the specification numbers them. */
export const sectionIds = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
} as const

export interface WasmSection {
  readonly id: number
  /** Without the id and the size. */
  readonly content: Uint8Array
}

export type ExternalKind = "function" | "table" | "memory" | "global" | "tag"

export interface WasmImport {
  readonly module: string
  readonly name: string
  readonly kind: ExternalKind
}

export interface WasmExport {
  readonly name: string
  readonly kind: ExternalKind
  readonly index: number
}

export interface MemoryLimits {
  /** Pages of 64 KiB. */
  readonly minPages: number
  readonly maxPages: number | null
}

export const pageBytes = 65_536

const header = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0)
const kinds: readonly ExternalKind[] = ["function", "table", "memory", "global", "tag"]

/** Reads the sections; throws PLUGIN_INVALID for what is no module. */
export function readSections(wasm: Uint8Array): WasmSection[] {
  return parsing(() => {
    if (!header.every((byte, index) => wasm[index] === byte))
      throw new RangeError("It does not begin as a module does.")
    const reader = new WasmReader(wasm, header.length)
    const sections: WasmSection[] = []
    while (!reader.isAtEnd) {
      const id = reader.byte()
      sections.push({ id, content: reader.take(reader.u32()) })
    }
    return sections
  })
}

/** Writes a module of these sections. */
export function writeSections(sections: readonly WasmSection[]): Uint8Array<ArrayBuffer> {
  return concatBytes([header, ...sections.flatMap(({ id, content }) => [[id, ...unsigned(content.length)], content])])
}

/** The sections, with other content in the one with this id. */
export function replaceSection(sections: readonly WasmSection[], id: number, content: Uint8Array): WasmSection[] {
  return sections.map((section) => (section.id === id ? { id, content } : section))
}

/** The content of the custom section with this name; null where there is none. */
export function customSection(sections: readonly WasmSection[], name: string): Uint8Array | null {
  return parsing(() => {
    for (const { id, content } of sections) {
      if (id !== sectionIds.custom) continue
      const reader = new WasmReader(content)
      if (reader.name() === name) return content.subarray(reader.at)
    }
    return null
  })
}

/** A custom section with this name. */
export function makeCustomSection(name: string, content: Uint8Array): WasmSection {
  return { id: sectionIds.custom, content: concatBytes([wasmName(name), content]) }
}

/** What the module wants of its host. */
export function readImports(sections: readonly WasmSection[]): WasmImport[] {
  return parsing(() => {
    const reader = sectionReader(sections, sectionIds.import)
    if (reader === null) return []
    return Array.from({ length: reader.u32() }, () => {
      const module = reader.name()
      const name = reader.name()
      const kind = readKind(reader)
      skipImportType(reader, kind)
      return { module, name, kind }
    })
  })
}

/** What the module offers to its host. */
export function readExports(sections: readonly WasmSection[]): WasmExport[] {
  return parsing(() => {
    const reader = sectionReader(sections, sectionIds.export)
    if (reader === null) return []
    return Array.from({ length: reader.u32() }, () => {
      const name = reader.name()
      const kind = readKind(reader)
      return { name, kind, index: reader.u32() }
    })
  })
}

/** The content of an export section. */
export function exportSection(exports: readonly WasmExport[]): Uint8Array {
  return concatBytes([
    unsigned(exports.length),
    ...exports.map(({ name, kind, index }) => [...wasmName(name), kinds.indexOf(kind), ...unsigned(index)]),
  ])
}

/**
 * The memory of a plug-in; null where it has none. Refuses with UNSUPPORTED_MODULE what cannot be held to a limit: an
 * imported, shared or 64-bit memory, or several.
 */
export function readMemory(sections: readonly WasmSection[]): MemoryLimits | null {
  if (readImports(sections).some((item) => item.kind === "memory")) throw unsupported("imports its memory")
  return parsing(() => {
    const reader = sectionReader(sections, sectionIds.memory)
    const count = reader === null ? 0 : reader.u32()
    if (reader === null || count === 0) return null
    if (count > 1) throw unsupported("has several memories")
    const flags = reader.byte()
    if ((flags & 2) !== 0) throw unsupported("has a shared memory")
    if ((flags & 4) !== 0) throw unsupported("has a 64-bit memory")
    const minPages = reader.u32()
    return { minPages, maxPages: (flags & 1) === 0 ? null : reader.u32() }
  })
}

/** The same module with a memory that cannot grow beyond this; refuses one that already begins with more. */
export function limitMemory(wasm: Uint8Array, limitBytes: number): Uint8Array<ArrayBuffer> {
  return writeSections(withMemoryLimit(readSections(wasm), limitBytes))
}

/** The same of sections. */
export function withMemoryLimit(sections: readonly WasmSection[], limitBytes: number): readonly WasmSection[] {
  const present = readMemory(sections)
  if (present === null) return sections
  const { minPages, maxPages } = present
  const limitPages = Math.floor(limitBytes / pageBytes)
  if (minPages > limitPages) {
    throw alyxError("UNSUPPORTED_MODULE", {
      message: `The plug-in begins with ${minPages * pageBytes} bytes of memory; its limit is ${limitBytes}.`,
      next: "Raise `memory` in its manifest.",
    })
  }
  const memory = memorySection({ minPages, maxPages: Math.min(limitPages, maxPages ?? limitPages) })
  return replaceSection(sections, sectionIds.memory, memory)
}

/** The content of a memory section. */
export function memorySection({ minPages, maxPages }: MemoryLimits): Uint8Array {
  const limits = maxPages === null ? [0, ...unsigned(minPages)] : [1, ...unsigned(minPages), ...unsigned(maxPages)]
  return Uint8Array.from([1, ...limits])
}

/** A reader of the content of a section; null where the module has none. */
export function sectionReader(sections: readonly WasmSection[], id: number): WasmReader | null {
  const section = sections.find((candidate) => candidate.id === id)
  return section === undefined ? null : new WasmReader(section.content)
}

function readKind(reader: WasmReader): ExternalKind {
  const kind = kinds[reader.byte()]
  if (kind === undefined) throw new RangeError("It has an import or an export of an unknown kind.")
  return kind
}

function skipImportType(reader: WasmReader, kind: ExternalKind): void {
  if (kind === "tag") reader.byte()
  if (kind === "function" || kind === "tag") reader.u32()
  if (kind === "global") reader.take(2)
  if (kind === "table") reader.byte()
  if (kind === "table" || kind === "memory") {
    const flags = reader.byte()
    reader.skipNumber()
    if ((flags & 1) !== 0) reader.skipNumber()
  }
}

function parsing<Result>(read: () => Result): Result {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw alyxError("PLUGIN_INVALID", {
      message: `The plug-in is no WebAssembly module. ${error.message}`,
      next: "Build it again; a file that was cut off while it was copied looks like this too.",
      cause: error,
    })
  }
}

function unsupported(what: string): Error {
  return alyxError("UNSUPPORTED_MODULE", {
    message: `The plug-in ${what}, so that its memory cannot be limited.`,
    next: "Build it with one 32-bit memory of its own.",
  })
}
