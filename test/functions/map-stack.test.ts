import { expect, test } from "vitest"

import { Bundler } from "../../src/functions/compile/bundle-function.ts"
import { firstPlace, mapStack } from "../../src/functions/map-stack.ts"
import { functionProject } from "../helpers/function-project.ts"

test("a stack of the guest becomes one of the source: lines of ours are left out, others stay", async () => {
  const { root } = await functionProject({
    "functions/f.ts": `import { EventEmitter } from "node:events"\ntype A = string\n\nexport function run(): never {\n  throw new Error(String(new EventEmitter()))\n}\n`,
  })
  const bundler = new Bundler()
  const { code, sourceMap } = await bundler.bundle({
    root,
    name: "f",
    entryFile: `${root}/functions/f.ts`,
    envNames: [],
  })
  await bundler.stop()
  const lines = code.split("\n")
  const line = lines.findIndex((each) => each.includes("throw new Error"))
  const column = lines[line]!.indexOf("throw new Error") + 1
  const ofOurs = lines.findIndex((each) => each.includes("prototype.emit="))
  const stack = [
    `    at run (alyx-function.js:${line + 1}:${column})`,
    `    at emit (alyx-function.js:${ofOurs + 1}:${lines[ofOurs]!.indexOf("prototype.emit=") + 1})`,
    "    at call (alyx:prelude:12:345)",
    "    at map (native)",
    `    at alyx-function.js:${line + 1}:${column}`,
  ].join("\n")

  expect(mapStack(stack, sourceMap).split("\n")).toEqual([
    "    at run (functions/f.ts:5:3)",
    "    at map (native)",
    "    at functions/f.ts:5:3",
  ])
  expect(firstPlace(stack, sourceMap)).toEqual({ file: "functions/f.ts", line: 5, column: 3, length: 1 })
  expect(mapStack("Error: whatever\nno stack", sourceMap)).toBe("Error: whatever\nno stack")
})

test.each(["{bad json", "null", "5", '{"version":3,"sources":["a"],"names":[],"mappings":5}'])(
  "a map that cannot be read changes nothing: %s",
  (sourceMap) => {
    const stack = "    at run (alyx-function.js:1:1)"

    expect(mapStack(stack, sourceMap)).toBe(stack)
    expect(firstPlace(stack, sourceMap)).toBeNull()
  },
)

test("a place that there cannot be is left out, whatever the guest says", () => {
  const sourceMap = JSON.stringify({ version: 3, sources: ["a.ts"], names: [], mappings: "AAAA" })

  expect(firstPlace("    at run (alyx-function.js:0:0)", sourceMap)).toBeNull()
  expect(firstPlace("    at run (alyx-function.js:1:0)", sourceMap)).toMatchObject({ file: "a.ts", line: 1 })
  expect(firstPlace(`    at run (alyx-function.js:${"9".repeat(400)}:${"9".repeat(400)})`, sourceMap)).toBeNull()
})
