import { concatBytes, signed, unsigned, writeSigned, writeUnsigned } from "./wasm-bytes.ts"
import type { WasmReader } from "./wasm-bytes.ts"
import type { WasmSection } from "./wasm-sections.ts"
import {
  exportSection,
  memorySection,
  pageBytes,
  readExports,
  readMemory,
  sectionIds,
  sectionReader,
} from "./wasm-sections.ts"

/** Zeros that are fewer than this are kept, since a segment of its own would cost more. */
const zeroRunBytesMin = 16

/** What an instance has become: its memory, and its mutable globals by the names under which they are exported. */
export interface InstanceState {
  readonly memory: Uint8Array
  readonly globals: ReadonlyMap<string, number | bigint>
}

/**
 * The module whose instances begin in this state, and which exports only what `exports` says (name in the new module →
 * name in the old one). Only the memory, global, export, data-count and data sections are written anew.
 */
export function withState(
  sections: readonly WasmSection[],
  state: InstanceState,
  exports: ReadonlyMap<string, string>,
): WasmSection[] {
  const segments = dataSegments(state.memory)
  const old = new Map(readExports(sections).map((item) => [item.name, item]))
  const maxPages = readMemory(sections)?.maxPages ?? null
  const contents = new Map<number, Uint8Array>([
    [sectionIds.memory, memorySection({ minPages: Math.ceil(state.memory.length / pageBytes), maxPages })],
    [sectionIds.global, globalSection(sections, state.globals)],
    [sectionIds.export, exportSection([...exports].map(([name, from]) => ({ ...old.get(from)!, name })))],
    [sectionIds.dataCount, Uint8Array.from(unsigned(segments.length / 2))],
    [sectionIds.data, dataSection(state.memory, segments)],
  ])
  return sections.map(({ id, content }) => ({ id, content: contents.get(id) ?? content }))
}

/** The runs of memory that are not zero: where each begins and ends, one after the other. */
function dataSegments(memory: Uint8Array): readonly number[] {
  const words = new Int32Array(memory.buffer, memory.byteOffset, memory.length / 4)
  const places: number[] = []
  const count = words.length
  const zeroRunWordsMin = zeroRunBytesMin / 4
  let word = 0
  while (word < count) {
    if (words[word] === 0) {
      word += 1
      continue
    }
    const start = word
    let end = word + 1
    for (word = end; word < count && word - end < zeroRunWordsMin; word += 1) if (words[word] !== 0) end = word + 1
    places.push(start * 4, end * 4)
  }
  return places
}

/** Room for a count; and for the place and the length of a segment. */
const countBytesMax = 5
const headBytesMax = 13

/** Written at once: there are tens of thousands of segments. */
function dataSection(memory: Uint8Array, segments: readonly number[]): Uint8Array {
  let size = countBytesMax
  for (let at = 0; at < segments.length; at += 2) size += headBytesMax + segments[at + 1]! - segments[at]!
  const section = new Uint8Array(size)
  section.set(unsigned(segments.length / 2))
  let end = unsigned(segments.length / 2).length
  for (let at = 0; at < segments.length; at += 2) {
    const [start, stop] = [segments[at]!, segments[at + 1]!]
    section[end] = 0
    section[end + 1] = opcodes.i32Const
    end = writeSigned(section, end + 2, start | 0)
    section[end] = opcodes.end
    end = writeUnsigned(section, end + 1, stop - start)
    section.set(memory.subarray(start, stop), end)
    end += stop - start
  }
  return section.subarray(0, end)
}

const opcodes = { i32Const: 0x41, i64Const: 0x42, end: 0x0b } as const
const valueTypes = { i32: 0x7f, i64: 0x7e } as const

/** The global section with new first values for the globals that are exported. */
function globalSection(sections: readonly WasmSection[], values: ReadonlyMap<string, number | bigint>): Uint8Array {
  const byIndex = new Map<number, number | bigint>()
  for (const { name, kind, index } of readExports(sections)) {
    const value = values.get(name)
    if (kind === "global" && value !== undefined) byIndex.set(index, value)
  }
  const reader = sectionReader(sections, sectionIds.global)
  if (reader === null) return Uint8Array.of(0)
  const count = reader.u32()
  const parts: (Uint8Array | number[])[] = [unsigned(count)]
  for (let index = 0; index < count; index += 1) parts.push(globalEntry(reader, byIndex.get(index)))
  return concatBytes(parts)
}

function globalEntry(reader: WasmReader, value: number | bigint | undefined): Uint8Array | number[] {
  const start = reader.at
  const type = reader.byte()
  const mutability = reader.byte()
  skipConstant(reader)
  if (value === undefined) return reader.bytes.subarray(start, reader.at)
  const opcode = type === valueTypes.i64 ? opcodes.i64Const : opcodes.i32Const
  return [type, mutability, opcode, ...signed(BigInt(value)), opcodes.end]
}

/** Passes over the first value of a global: one constant, and `end`. */
function skipConstant(reader: WasmReader): void {
  const opcode = reader.byte()
  if (opcode !== opcodes.i32Const && opcode !== opcodes.i64Const)
    throw new RangeError("The engine has a global whose first value is no whole number.")
  reader.skipNumber()
  reader.byte()
}
