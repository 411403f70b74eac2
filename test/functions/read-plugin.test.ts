import { expect, test } from "vitest"

import { readPlugin } from "../../src/functions/read-plugin.ts"
import { silentWasm } from "../helpers/silent-wasm.ts"

const says = { abi: 1, engine: "alyx", style: "define", exports: ["handler"], input: null, output: true }

test.each([
  ["null", null],
  ["a list", []],
  ["an input alone", { input: 5 }],
  ["another version", { ...says, abi: 2 }],
  ["another engine", { ...says, engine: "v8" }],
  ["a style that there is not", { ...says, style: "toString" }],
  ["exports that are no names", { ...says, exports: [1] }],
  ["a schema that is none", { ...says, input: 5 }],
])("what calls itself ours and says %s is refused", (_what, value) => {
  const wasm = silentWasm({ alyx: JSON.stringify(value) })

  expect(() => readPlugin(wasm, "functions/a.wasm")).toThrow(
    expect.objectContaining({
      code: "PLUGIN_INVALID",
      message: expect.stringMatching(/^functions\/a\.wasm has a section alyx/),
    }),
  )
})

test("what is ours is described, and what is not has no description", () => {
  expect(readPlugin(silentWasm({ alyx: JSON.stringify(says) }), "a.wasm").description).toEqual(says)
  expect(readPlugin(silentWasm({ other: "{}" }), "a.wasm").description).toBeNull()
  expect(() => readPlugin(silentWasm({ alyx: "{" }), "a.wasm")).toThrow(
    expect.objectContaining({ code: "PLUGIN_INVALID", message: "a.wasm is damaged." }),
  )
})
