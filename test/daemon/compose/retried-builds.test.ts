import path from "node:path"

import { expect, onTestFinished, test } from "vitest"

import type { BuildEntry } from "../../../src/protocol/admin-api.ts"
import { FunctionLoading } from "../../../src/daemon/compose/function-loading.ts"
import { LateFunctions } from "../../../src/daemon/compose/late-functions.ts"
import { createLogger } from "../../../src/lib/logger.ts"
import { functionProject } from "../../helpers/function-project.ts"
import { openFunctions } from "../functions/functions-fixture.ts"

test("what failed is built again where it may lack a file, after the others, and told only when it ends otherwise", async () => {
  const project = await functionProject({
    "functions/lacks.ts": `import { a } from "./_shared/a.ts"\nexport default (req, res) => res.json(a)`,
    "functions/throws.ts": `export default (req, res) => res.json(1)`,
  })
  const { root } = project
  const told: string[] = []
  const made = openFunctions()
  const loading = new FunctionLoading({
    root,
    functionsDir: path.join(root, "functions"),
    builtDir: path.join(root, ".alyx/functions"),
    buildWorker: new URL("../../../src/functions/build-worker.ts", import.meta.url),
    env: {},
    functions: new LateFunctions(() => Promise.resolve(made)),
    schema: () => null,
    activity: {
      build: ({ name, outcome }: Pick<BuildEntry, "name" | "outcome">) => void told.push(`${name} ${outcome}`),
    },
    logger: createLogger({ level: "silent", format: "json", destination: { write: () => undefined } }),
  })
  onTestFinished(() => loading.stop())
  const newlyTold = (): string[] => told.splice(0).toSorted()
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
