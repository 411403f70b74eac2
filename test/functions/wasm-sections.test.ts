import { describe, expect, test } from "vitest"

import {
  concatBytes,
  signed,
  unsigned,
  WasmReader,
  writeSigned,
  writeUnsigned,
} from "../../src/functions/wasm-bytes.ts"
import type { MemoryLimits } from "../../src/functions/wasm-sections.ts"
import {
  customSection,
  limitMemory,
  makeCustomSection,
  readExports,
  readImports,
  readMemory,
  readSections,
  sectionIds,
  writeSections,
} from "../../src/functions/wasm-sections.ts"

const header = [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]
const section = (id: number, ...content: number[]): number[] => [id, content.length, ...content]
const moduleOf = (...sections: number[][]): Uint8Array => Uint8Array.from([...header, ...sections.flat()])
const memory = (...limits: number[]): Uint8Array => moduleOf(section(sectionIds.memory, 1, ...limits))

test.each([0, 1, 63, 64, 127, 128, 8191, 8192, 65_535, 2 ** 21, 2 ** 28 + 5, 2 ** 31 - 1])(
  "numbers written in place are those that are written by themselves: %i",
  (number) => {
    const bytes = new Uint8Array(12)

    for (const value of [number, -number, -number - 1]) {
      expect([...bytes.subarray(1, writeSigned(bytes, 1, value))]).toEqual(signed(BigInt(value)))
    }
    expect([...bytes.subarray(2, writeUnsigned(bytes, 2, number * 2 + 1))]).toEqual(unsigned(number * 2 + 1))
  },
)

describe("sections", () => {
  test("that are written again are the same module", () => {
    const wasm = moduleOf(section(sectionIds.memory, 1, 0, 2), section(sectionIds.export, 1, 1, 0x6d, 2, 0))

    const again = writeSections(readSections(wasm))

    expect([...again]).toEqual([...wasm])
    expect(WebAssembly.validate(again)).toBe(true)
  })

  test("show imports and exports of every kind", () => {
    const wasm = moduleOf(
      section(1, 1, 0x60, 0, 0),
      section(2, 4, ...Buffer.from("01610166000001610167037f00016101740170010180010161016d020001", "hex")),
      section(7, 2, ...Buffer.from("0178000001790300", "hex")),
    )

    expect(WebAssembly.validate(wasm as Uint8Array<ArrayBuffer>)).toBe(true)
    expect(readImports(readSections(wasm))).toEqual([
      { module: "a", name: "f", kind: "function" },
      { module: "a", name: "g", kind: "global" },
      { module: "a", name: "t", kind: "table" },
      { module: "a", name: "m", kind: "memory" },
    ])
    expect(readExports(readSections(wasm)).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      "x function",
      "y global",
    ])
  })

  test("keep what a custom section holds", () => {
    const made = writeSections([
      makeCustomSection("other", Uint8Array.of(1)),
      makeCustomSection("alyx", Uint8Array.of(7, 8)),
    ])

    expect([...customSection(readSections(made), "alyx")!]).toEqual([7, 8])
    expect(customSection(readSections(made), "alyx.map")).toBeNull()
    expect(WebAssembly.validate(made)).toBe(true)
  })

  test.each([
    ["nothing", []],
    ["text", [...new TextEncoder().encode("export const x = 1")]],
    ["half a header", header.slice(0, 5)],
    ["a component", [0, 0x61, 0x73, 0x6d, 0x0d, 0, 1, 0]],
    ["a section that is longer than the file", [...header, 1, 200, 1, 0]],
    ["a size that never ends", [...header, 1, 255, 255, 255, 255, 255, 1]],
  ])("of %s are PLUGIN_INVALID", (_name, bytes) => {
    expect(() => readSections(Uint8Array.from(bytes))).toThrow(expect.objectContaining({ code: "PLUGIN_INVALID" }))
  })

  test("whose content ends too early are PLUGIN_INVALID", () => {
    const sections = readSections(moduleOf(section(sectionIds.import, 9, 1)))

    expect(() => readImports(sections)).toThrow(expect.objectContaining({ code: "PLUGIN_INVALID" }))
  })
})

describe("the memory of a module", () => {
  test("gets the limit, or keeps a smaller one of its own", () => {
    expect(limited(memory(0, 2), 1024 * 1024)).toEqual({ minPages: 2, maxPages: 16 })
    expect(limited(memory(1, 2, 4), 1024 * 1024)).toEqual({ minPages: 2, maxPages: 4 })
    expect(limited(memory(1, 2, 0x80, 0x80, 4), 1024 * 1024)).toEqual({ minPages: 2, maxPages: 16 })
    expect(limited(moduleOf(), 1024 * 1024)).toBeNull()
  })

  test("cannot grow beyond the limit", async () => {
    const exported = moduleOf(section(sectionIds.memory, 1, 0, 1), section(sectionIds.export, 1, 1, 0x6d, 2, 0))
    const instance = new WebAssembly.Instance(await WebAssembly.compile(limitMemory(exported, 3 * 65_536 + 100)))
    const grown = instance.exports.m as WebAssembly.Memory

    expect(grown.grow(2)).toBe(1)
    expect(() => grown.grow(1)).toThrow(RangeError)
  })

  test.each([
    ["that begins with more than the limit", memory(0, 17), "begins with"],
    ["that is shared", memory(3, 1, 2), "shared"],
    ["of 64 bits", memory(4, 1), "64-bit"],
    ["of which there are several", moduleOf(section(sectionIds.memory, 2, 0, 1, 0, 1)), "several"],
    ["that is imported", moduleOf(section(2, 1, 1, 0x61, 1, 0x6d, 2, 0, 1)), "imports"],
  ])("%s is UNSUPPORTED_MODULE", (_name, wasm, said) => {
    expect(() => limitMemory(wasm, 1024 * 1024)).toThrow(
      expect.objectContaining({ code: "UNSUPPORTED_MODULE", message: expect.stringContaining(said) as unknown }),
    )
  })
})

function limited(wasm: Uint8Array, bytes: number): MemoryLimits | null {
  return readMemory(readSections(limitMemory(wasm, bytes)))
}

describe("numbers of a module", () => {
  test("come back as they were written", () => {
    for (const value of [0, 1, 127, 128, 16_384, 2 ** 31, 2 ** 32 - 1])
      expect(new WasmReader(Uint8Array.from(unsigned(value))).u32()).toBe(value)
  })

  test("with a sign are those of the specification", () => {
    const written = [0n, 63n, 64n, -1n, -64n, -65n, 624_485n, -123_456n].map((value) =>
      Buffer.from(signed(value)).toString("hex"),
    )

    expect(written).toEqual(["00", "3f", "c000", "7f", "40", "bf7f", "e58e26", "c0bb78"])
  })

  test("join to one array", () => {
    expect([...concatBytes([[1], Uint8Array.of(2, 3), []])]).toEqual([1, 2, 3])
  })
})
