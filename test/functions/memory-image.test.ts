import { expect, test } from "vitest"

import { withState } from "../../src/functions/memory-image.ts"
import {
  exportSection,
  memorySection,
  pageBytes,
  sectionIds,
  writeSections,
} from "../../src/functions/wasm-sections.ts"
import { Dice } from "../helpers/dice.ts"
import { scaled, testSeed } from "../helpers/scale.ts"

const pages = 3

/** Sections of a module with a memory, without anything in it. */
const empty = [
  { id: sectionIds.memory, content: memorySection({ minPages: pages, maxPages: null }) },
  { id: sectionIds.export, content: exportSection([{ name: "memory", kind: "memory", index: 0 }]) },
  { id: sectionIds.dataCount, content: Uint8Array.of(0) },
  { id: sectionIds.data, content: Uint8Array.of(0) },
]

test("an instance begins with the memory that was written, wherever its zeros are", async () => {
  const seed = testSeed()
  const dice = new Dice(seed)
  const roll = (bound: number): number => dice.below(bound)

  for (let round = 0; round < scaled(400, 20); round += 1) {
    const memory = new Uint8Array(pages * pageBytes)
    for (let at = roll(40); at < memory.length; at += 1 + roll(2) * roll(60) + roll(2) * roll(3000))
      memory[at] = roll(256)
    const state = { memory, globals: new Map<string, number>() }

    const wasm = writeSections(withState(empty, state, new Map([["memory", "memory"]])))

    const instance = new WebAssembly.Instance(await WebAssembly.compile(wasm))
    const begun = new Uint8Array((instance.exports["memory"] as WebAssembly.Memory).buffer)
    expect(Buffer.compare(begun, memory), `seed ${seed}, round ${round}`).toBe(0)
  }
})
