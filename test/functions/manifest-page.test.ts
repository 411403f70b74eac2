import { readFile } from "node:fs/promises"
import { join } from "node:path"

import { expect, test } from "vitest"

import { manifestTable, withManifestTable } from "../../src/functions/manifest-page.ts"
import { manifestShape } from "../../src/functions/manifest/manifest-shape.ts"
import { packageRoot } from "../../src/lib/package-root.ts"

test("docs/functions.md has every key of manifests (node scripts/generate-docs.ts writes the table)", async () => {
  const page = await readFile(join(packageRoot(), "docs/functions.md"), "utf8")

  expect(withManifestTable(page)).toBe(page)
  for (const key of Object.keys(manifestShape)) expect(page).toContain(`| \`${key}\` |`)
})

test("every row of the table has three cells, whatever a sentence holds", () => {
  const rows = manifestTable().split("\n")

  expect(rows.length).toBeGreaterThan(Object.keys(manifestShape).length + 2)
  expect(rows.filter((row) => row.replaceAll("\\|", "").split("|").length !== 5)).toEqual([])
})
