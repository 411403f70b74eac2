import { readFileSync } from "node:fs"

import { expect, test } from "vitest"

import { defaultRecordLimits } from "../../../src/daemon/records/records.ts"

test("docs/api.md names every limit of a request in its table", () => {
  const page = readFileSync(new URL("../../../docs/api.md", import.meta.url), "utf8")
  const table = page.slice(page.indexOf("## Limits"), page.indexOf("## Answers that are large"))

  for (const [name, limit] of Object.entries(defaultRecordLimits)) {
    expect(table, `${name} is missing`).toMatch(new RegExp(`[| (]${limit.toLocaleString("en")}[ )]`))
  }
})
