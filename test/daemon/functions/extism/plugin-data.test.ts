import { describe, expect, it } from "vitest"

import { copyOfData, freeData, placeData, takeDataApart } from "../../../../src/daemon/functions/extism/plugin-data.ts"
import { readSections, writeSections } from "../../../../src/functions/wasm-sections.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"
import { textModule } from "../../../helpers/text-module.ts"
import { buildPlugin } from "../guest-plugins.ts"

/** The memory of a new instance; what it imports does nothing. */
async function memoryOf(module: WebAssembly.Module): Promise<WebAssembly.Memory> {
  const imports: Record<string, Record<string, () => void>> = {}
  for (const one of WebAssembly.Module.imports(module)) (imports[one.module] ??= {})[one.name] = () => undefined
  const { exports } = await WebAssembly.instantiate(module, imports)
  return exports["memory"] as WebAssembly.Memory
}

async function bothMemories(
  wasm: Uint8Array<ArrayBuffer>,
): Promise<{ readonly whole: Buffer; readonly apart: Buffer }> {
  const whole = await memoryOf(await WebAssembly.compile(wasm))
  const { sections, data } = takeDataApart(readSections(wasm))!
  const apart = await memoryOf(await WebAssembly.compile(writeSections(sections)))
  placeData(apart, data)
  return { whole: Buffer.from(whole.buffer), apart: Buffer.from(apart.buffer) }
}

const built = (source: string): ReturnType<typeof buildPlugin> =>
  tempFolder().then((folder) => buildPlugin(folder, source))

describe("a module whose data was taken out", () => {
  it("begins with the same memory, of a function of our compiler", async () => {
    const { wasm } = await built(`const large = "x".repeat(3_000_000); export default () => large.length`)

    const { whole, apart } = await bothMemories(wasm)

    expect(apart.length).toBeGreaterThan(3_000_000)
    expect(apart.equals(whole)).toBe(true)
  })

  it("begins with the same memory where segments overlap, are empty, touch the end, or lie far", async () => {
    const { whole, apart } = await bothMemories(
      textModule(`(module (memory (export "memory") 40)
        (data (i32.const 63) "abcdef") (data (i32.const 65) "XY") (data (i32.const 2621438) "zz") (data (i32.const 8192) "")
        (data (i32.const 2621440) "") (data (i32.const 131072) "far"))`),
    )

    expect(apart.equals(whole)).toBe(true)
    expect(apart.subarray(63, 69).toString()).toBe("abXYef")
  })

  it("is the same module for functions that differ in their code, in what they hold, and in what they say of themselves", async () => {
    const small = await built(`export default () => 1`)
    const other = await built(`const kept = "y".repeat(2_000_000)
      import { defineFunction } from "@alyx/functions"
      export default defineFunction({ input: { n: "int" }, handler: () => kept.length })`)

    const [one, another] = [small, other].map(({ wasm }) =>
      Buffer.from(writeSections(takeDataApart(readSections(wasm))!.sections)),
    )

    expect(one!.equals(another!)).toBe(true)
    expect(one!.length).toBeLessThan(small.wasm.length / 2)
  })
})

describe("data that was taken out", () => {
  it("is given back at once, and copies are not", async () => {
    const sections = readSections(textModule(`(module (memory (export "memory") 1) (data (i32.const 7) "abc"))`))
    const { data } = takeDataApart(sections)!
    const copy = copyOfData(data)

    freeData(data)

    expect(data.section.buffer.detached).toBe(true)
    const memory = new WebAssembly.Memory({ initial: 1 })
    placeData(memory, copy)
    expect(Buffer.from(memory.buffer, 6, 5).toString()).toBe("\0abc\0")
  })
})

describe("a module is left as it is", () => {
  it.each([
    [
      "that runs before its data could be placed",
      `(memory (export "memory") 1) (data (i32.const 0) "a") (func $s) (start $s)`,
    ],
    ["with data that its code copies", `(memory (export "memory") 1) (data (i32.const 0) "a") (data "passive")`],
    ["whose memory nobody reaches", `(memory 1) (data (i32.const 0) "a")`],
    ["whose memory has another name", `(memory (export "other") 1) (data (i32.const 0) "a")`],
    ["with data that does not fit", `(memory (export "memory") 1) (data (i32.const 65535) "ab")`],
    ["with data below the memory", `(memory (export "memory") 1) (data (i32.const -1) "a")`],
    ["without a first page", `(memory (export "memory") 0) (data (i32.const 0) "")`],
    ["without data", `(memory (export "memory") 1)`],
    ["without a memory", `(func (export "handle"))`],
  ])("%s", async (_, fields) => {
    expect(takeDataApart(readSections(textModule(`(module ${fields})`)))).toBeNull()
  })
})
