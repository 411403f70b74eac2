import { execFile } from "node:child_process"
import { readFileSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import path from "node:path"

import * as fc from "fast-check"
import { expect, test } from "vitest"

import { openApiText } from "../../../src/codegen/openapi/document-text.ts"
import { packageRoot } from "../../../src/lib/package-root.ts"
import { renderStarter } from "../../../src/project/scaffold.ts"
import { peers, peersCanRun } from "../../helpers/peers.ts"
import { scaled, testSeed } from "../../helpers/scale.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { arbitrarySchemaText } from "../../schema/arbitrary-schema.ts"
import { evilSchema } from "./evil-schema.ts"
import { madeDocument } from "./made-document.ts"
import { someFunctions } from "./some-functions.ts"

test.runIf(peersCanRun())(
  "redocly's recommended rules find nothing in the documents of the examples, the templates, an evil schema and random ones",
  { timeout: 300_000 },
  async () => {
    const seed = testSeed()
    process.stdout.write(`seed ${seed}\n`)
    const folder = await tempFolder()
    const random = fc.sample(arbitrarySchemaText(), { seed, numRuns: scaled(200, 8) })
    const schemas: Record<string, string> = {
      ...Object.fromEntries(["blog", "todo-app"].map((name) => [`example-${name}`, exampleSchema(name)])),
      ...Object.fromEntries(
        (["basic", "blog", "saas"] as const).map((name) => [`template-${name}`, templateSchema(name)]),
      ),
      evil: evilSchema,
      ...Object.fromEntries(random.map((text, index) => [`random-${index}`, text])),
    }
    for (const [name, text] of Object.entries(schemas)) {
      await writeFile(path.join(folder, `${name}.yaml`), openApiText(madeDocument(text), "yaml"))
    }

    const withFunctions = madeDocument(schemas["template-blog"]!, { functions: someFunctions })
    await writeFile(path.join(folder, "functions.yaml"), openApiText(withFunctions, "yaml"))

    const files = [...Object.keys(schemas), "functions"].map((name) => `${name}.yaml`)
    const { exitCode, reports } = await lint(folder, files)

    expect(reports.flatMap(({ problems }) => problems)).toEqual([])
    expect(reports.map(({ totals }) => totals)).toEqual(files.map(() => ({ errors: 0, warnings: 0, ignored: 0 })))
    expect(exitCode).toBe(0)
  },
)

test.runIf(peersCanRun())("redocly sees what is wrong with a document", { timeout: 60_000 }, async () => {
  const folder = await tempFolder()
  const text = JSON.stringify(madeDocument(evilSchema)).replace('"operationId":"runBatch"', '"operationId":"listA1"')
  await writeFile(path.join(folder, "wrong.json"), text)

  const { exitCode, reports } = await lint(folder, ["wrong.json"])

  expect(exitCode).toBe(1)
  expect(reports[0]!.totals.errors).toBeGreaterThan(0)
})

interface Report {
  readonly totals: { readonly errors: number; readonly warnings: number; readonly ignored: number }
  readonly problems: readonly unknown[]
}

interface Lint {
  readonly exitCode: number | null
  /** One for each file. */
  readonly reports: readonly Report[]
}

/** One process for all files; without a configuration the rules are the recommended ones. */
function lint(folder: string, files: readonly string[]): Promise<Lint> {
  const args = [peers.redocly, "lint", ...files, "--format", "json", "--max-problems", "50"]
  const env = { ...process.env, REDOCLY_TELEMETRY: "off", REDOCLY_SUPPRESS_UPDATE_NOTICE: "true" }
  return new Promise((resolve, reject) => {
    const child = execFile(
      process.execPath,
      args,
      { cwd: folder, env, maxBuffer: 2 ** 26 },
      (_error, stdout, stderr) => {
        try {
          const reports = JSON.parse(`[${stdout.replaceAll(/^\}\{$/gm, "},{")}]`) as Report[]
          resolve({ exitCode: child.exitCode, reports })
        } catch (error) {
          reject(new Error(`redocly said:\n${stdout}\n${stderr}`, { cause: error }))
        }
      },
    )
    child.stdin?.end()
  })
}

function exampleSchema(name: string): string {
  return readFileSync(path.join(packageRoot(), "examples", name, "schema.yaml"), "utf8")
}

function templateSchema(template: "basic" | "blog" | "saas"): string {
  return renderStarter({ name: "shop", template }).find(([name]) => name === "schema.yaml")![1]
}
