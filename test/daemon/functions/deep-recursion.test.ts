import { expect, test } from "vitest"

import { tempFolder } from "../../helpers/temp-folder.ts"
import { openFunctions } from "./functions-fixture.ts"
import { buildPlugin } from "./guest-plugins.ts"

/** Each needs another share of the engine's stack and of V8's. */
const recursions = [
  "const again = (n) => 1 + again(n + 1); again(0)",
  "JSON.parse('['.repeat(100_000))",
  "new Function('return ' + '('.repeat(100_000) + ')'.repeat(100_000))",
  "let nested = []; for (let i = 0; i < 100_000; i += 1) nested = [nested]; JSON.stringify(nested)",
  "const again = () => 'a'.replace(/a/, again); again()",
]

test("deep recursion is an error that the function can catch, on one instance again and again", async () => {
  const functions = openFunctions()
  const built = await buildPlugin(
    await tempFolder(),
    `import { defineFunction } from "@alyx/functions"
     const takes = [${recursions.map((body) => `() => { ${body} }`).join(", ")}]
     export default defineFunction({ handler: (index: number) => {
       try { takes[index]!() } catch (error: any) { return error.name }
     } })`,
  )
  await functions.serve("recurses", built)

  const names: string[] = []
  for (const index of recursions.keys()) names.push(await functions.call("recurses", String(index)))

  expect(names).toEqual(recursions.map(() => '"RangeError"'))
  expect(functions.service.stats().instances).toBe(1)
})
