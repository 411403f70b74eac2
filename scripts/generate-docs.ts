// Writes what is made from the sources: pages of docs/, and examples/blog, which is the blog starter.
// `node scripts/generate-docs.ts`; tests assert that all of it is up to date.
import { readFileSync } from "node:fs"
import { join } from "node:path"

import { withManifestTable } from "../src/functions/manifest-page.ts"
import { writeFileAtomically } from "../src/lib/atomic-write.ts"
import { packageRoot } from "../src/lib/package-root.ts"
import { configPage } from "../src/project/config-page.ts"
import { renderStarter } from "../src/project/scaffold.ts"

const files: (readonly [string, string])[] = [
  ["docs/configuration.md", configPage()],
  ["docs/functions.md", withManifestTable(readFileSync(join(packageRoot(), "docs/functions.md"), "utf8"))],
  ...renderStarter({ name: "blog", template: "blog" }).map(([name, text]) => [`examples/blog/${name}`, text] as const),
]
for (const [name, text] of files) {
  await writeFileAtomically(join(packageRoot(), name), text)
  console.log(`Written: ${name}`)
}
