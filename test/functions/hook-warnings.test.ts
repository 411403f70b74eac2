import { expect, test } from "vitest"

import { hookWarnings } from "../../src/functions/hook-warnings.ts"
import { readManifest } from "../../src/functions/manifest/read-manifest.ts"
import { parseSchema } from "../../src/schema/parse.ts"

test("hooks on collections that are not there are warned of, with the name that was meant", () => {
  const { schema } = parseSchema("collections: {posts: {fields: {title: {type: string}}}}\n", "schema.yaml")
  const hooks = "[{type: database, source: pots}, {type: database, source: posts}, {type: event, source: nope}]"
  const text = `hooks: ${hooks}\n`
  const { manifest } = readManifest({ text, file: "functions/a.yaml", name: "a", lookup: () => undefined })

  expect(hookWarnings(manifest, schema!)).toEqual([
    "functions/a.yaml: A hook names pots, which is no collection. Did you mean posts?",
  ])
})
