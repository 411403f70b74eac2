import { unsigned, WasmReader } from "../../../functions/wasm-bytes.ts"
import {
  memorySection,
  pageBytes,
  readExports,
  readMemory,
  replaceSection,
  sectionIds,
} from "../../../functions/wasm-sections.ts"
import type { WasmSection } from "../../../functions/wasm-sections.ts"

/** What the memory of an instance begins with, outside its module. Whoever has done with it frees it: it is large. */
export interface PluginData {
  /** The content of a data section, all of whose segments are active and lie within the memory. */
  readonly section: Uint8Array<ArrayBuffer>
  /** Pages that the memory has before anything runs. */
  readonly pages: number
}

/** A module without its data. */
export interface ModuleApart {
  readonly sections: readonly WasmSection[]
  readonly data: PluginData
}

/** Only this much the memory of a module without its data begins with. */
const firstPages = 1

/**
 * Takes the data out of a module, so that the plug-ins of one engine are one module, which V8 compiles and optimizes once for all of
 * them. Null for a module that cannot be taken apart: something of it would run, or look at its data, before the data is there.
 */
export function takeDataApart(sections: readonly WasmSection[]): ModuleApart | null {
  const memory = readMemory(sections)
  const data = sections.find(({ id }) => id === sectionIds.data)
  const isExported = readExports(sections).some(({ name, kind }) => name === memoryName && kind === "memory")
  const hasStart = sections.some(({ id }) => id === sectionIds.start)
  if (memory === null || memory.minPages < firstPages || data === undefined || !isExported || hasStart) return null
  const { minPages, maxPages } = memory
  if (!isPlaced(data.content, minPages * pageBytes)) return null
  const section = Uint8Array.from(data.content)
  const none = Uint8Array.from(unsigned(0))
  const empty = replaceSection(replaceSection(sections, sectionIds.data, none), sectionIds.dataCount, none)
  const small = replaceSection(empty, sectionIds.memory, memorySection({ minPages: firstPages, maxPages }))
  return { sections: small.filter((one) => !isOurs(one)), data: { section, pages: minPages } }
}

/** Sections that nobody reads of an instance: what our compiler says of the plug-in, and its source map. */
function isOurs({ id, content }: WasmSection): boolean {
  return id === sectionIds.custom && ["alyx", "alyx.map"].includes(new WasmReader(content).name())
}

/** The memory's name among the exports. */
export const memoryName = "memory"

/** Gives a new instance of a module that was taken apart what it would have begun with. */
export function placeData(memory: WebAssembly.Memory, { section, pages }: PluginData): void {
  memory.grow(pages - firstPages)
  const bytes = new Uint8Array(memory.buffer)
  for (const { offset, content } of segmentsOf(section)) bytes.set(content, offset)
}

/** Data of its own for another thread, which it is moved to. */
export function copyOfData({ section, pages }: PluginData): PluginData {
  return { section: section.slice(), pages }
}

/** Gives the bytes back at once: left to the collector, those of every save in dev would wait for its next full turn. */
export function freeData({ section }: PluginData): void {
  section.buffer.transfer(0)
}

/** Whether there is nothing but segments that an instance begins with, at numbers within its memory. */
function isPlaced(section: Uint8Array, memoryBytes: number): boolean {
  try {
    for (const { offset, content } of segmentsOf(section)) if (offset + content.length > memoryBytes) return false
    return true
  } catch (error) {
    if (error instanceof RangeError) return false
    throw error
  }
}

const opcodes = { i32Const: 0x41, end: 0x0b } as const

/** Throws a RangeError for a segment that is passive, or whose place has to be worked out. */
function* segmentsOf(section: Uint8Array): Generator<{ readonly offset: number; readonly content: Uint8Array }> {
  const reader = new WasmReader(section)
  for (let left = reader.u32(); left > 0; left -= 1) {
    const isActive = reader.byte() === 0 && reader.byte() === opcodes.i32Const
    const offset = isActive ? signed32(reader) >>> 0 : 0
    if (!isActive || reader.byte() !== opcodes.end) throw new RangeError("A segment has no place that is a number.")
    yield { offset, content: reader.take(reader.u32()) }
  }
  if (!reader.isAtEnd) throw new RangeError("There is more than the segments.")
}

function signed32(reader: WasmReader): number {
  let value = 0
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = reader.byte()
    value |= (byte & 0x7f) << shift
    if (byte < 0x80) return shift < 25 && (byte & 0x40) !== 0 ? value | (-1 << (shift + 7)) : value
  }
  throw new RangeError("A number of the module is too long.")
}
