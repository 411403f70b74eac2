import { expect, test } from "vitest"

import { callPlain, failureOf, shown } from "../../helpers/built-plugin.ts"
import { functionProject } from "../../helpers/function-project.ts"

test("a function of CommonJS is one whatever package.json says, with what it requires", async () => {
  const project = await functionProject({
    "package.json": '{"type": "module"}',
    "functions/f.js": `const { text } = require("./_shared/text")
      function run() { Host.outputString(text() + require("./_shared/names").first) }
      module.exports = { run }`,
    "functions/_shared/text.js": "exports.text = () => 'common '",
    "functions/_shared/names.js": "export const first = 'and modern '",
    "functions/g.cjs": "module.exports = { run() { Host.outputString('by its ending') } }",
  })

  const built = await project.build("f")

  expect(built.warnings).toEqual([])
  expect(await callPlain(built, "run")).toBe("common and modern ")
  expect(await callPlain(await project.build("g"), "run")).toBe("by its ending")

  await project.write({ "functions/f.js": "export function run() { Host.outputString('now of import and export') }" })
  expect(await callPlain(await project.build("f"), "run")).toBe("now of import and export")
})

test.each(["{}", '{"type": "module"}'])(
  "a file with export and module.exports is told to choose, with %s",
  async (json) => {
    const source = "export const a = 1\nmodule.exports = { run() {} }"

    const [failure] = shown(await failureOf({ "package.json": json, "functions/f.js": source }))

    expect(failure).toContain("functions/f.js:2:1 ")
    expect(failure).toContain("It is an ES module, by its import or export")
    expect(failure).toContain("write export in place of module.exports")
  },
)
