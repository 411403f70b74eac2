import { concatBytes, signed, unsigned } from "./wasm-bytes.ts"
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
    [sectionIds.dataCount, Uint8Array.from(unsigned(segments.length))],
    [sectionIds.data, dataSection(state.memory, segments)],
  ])
  return sections.map(({ id, content }) => ({ id, content: contents.get(id) ?? content }))
}

interface Segment {
  readonly start: number
  readonly end: number
}

/** The runs of memory that are not zero. */
function dataSegments(memory: Uint8Array): Segment[] {
  const words = new Int32Array(memory.buffer, memory.byteOffset, memory.length / 4)
  const segments: Segment[] = []
  let start = -1
  let lastNonZero = -1
  for (let word = 0; word < words.length; word += 1) {
    if (words[word] === 0) continue
    if (start >= 0 && (word - lastNonZero - 1) * 4 >= zeroRunBytesMin) {
      segments.push({ start: start * 4, end: (lastNonZero + 1) * 4 })
      start = -1
    }
    if (start < 0) start = word
    lastNonZero = word
  }
  if (start >= 0) segments.push({ start: start * 4, end: (lastNonZero + 1) * 4 })
  return segments
}

function dataSection(memory: Uint8Array, segments: readonly Segment[]): Uint8Array {
  return concatBytes([
    unsigned(segments.length),
    ...segments.flatMap(({ start, end }) => [
      [0, opcodes.i32Const, ...signed(BigInt(start)), opcodes.end, ...unsigned(end - start)],
      memory.subarray(start, end),
    ]),
  ])
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
