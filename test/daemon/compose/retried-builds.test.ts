import { expect, test } from "vitest"

import { functionProject } from "../../helpers/function-project.ts"
import { openLoading } from "./loading-fixture.ts"

test("what failed is built again where it may lack a file, after the others, and told only when it ends otherwise", async () => {
  const project = await functionProject({
    "functions/lacks.ts": `import { a } from "./_shared/a.ts"\nexport default (req, res) => res.json(a)`,
    "functions/throws.ts": `export default (req, res) => res.json(1)`,
  })
  const { loading, newlyTold } = openLoading(project.root)
  const mayLackFile = (): string[] =>
    loading.sources.filter((each) => each.mayLackFile).map(({ source }) => source.name)

  await loading.reload()
  expect(newlyTold()).toEqual(["lacks failed", "throws built"])
  await project.write({ "functions/throws.ts": "throw new Error('no')" })
  await loading.reload(["throws"])
  expect(newlyTold()).toEqual(["throws failed"])
  expect(mayLackFile()).toEqual(["lacks"])

  await project.write({ "functions/other.ts": `export default (req, res) => res.json(2)` })
  const outcomes = await loading.reload([], ["lacks"])
  expect(outcomes.map(({ name }) => name)).toEqual(["other", "lacks"])
  expect(newlyTold()).toEqual(["other built"])
  await loading.reload(["lacks"])
  expect(newlyTold()).toEqual(["lacks failed"])

  await project.write({ "functions/_shared/a.ts": "export const a = 1" })
  await loading.reload([], ["lacks"])
  expect(newlyTold()).toEqual(["lacks built"])
})
