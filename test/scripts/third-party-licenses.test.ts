import path from "node:path"

import { expect, test } from "vitest"

import { embeddedWorks } from "../../scripts/build/embedded-notices.ts"
import { thirdPartyLicenses } from "../../scripts/build/third-party-licenses.ts"

const root = path.resolve(import.meta.dirname, "../..")

test("what packages contain of others is named with the notice that it asks for", async () => {
  const inputs = ["node_modules/quickjs-wasi/quickjs.wasm", "node_modules/@jspm/core/nodelibs/browser/zlib.js"]
  const text = await thirdPartyLicenses(root, inputs)

  for (const { notice } of embeddedWorks) expect(text).toContain(notice)
  expect(text).toContain("Fabrice Bellard")
  expect(text).toContain("## quickjs-wasi 3.6.2")
  expect(await thirdPartyLicenses(root, ["node_modules/yaml/dist/index.js"])).not.toContain("Fabrice Bellard")
})
