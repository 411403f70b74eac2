// Writes the pages of docs/ that are made from the sources. `node scripts/generate-docs.ts`; a test asserts that they
// are up to date.
import { join } from "node:path"

import { writeFileAtomically } from "../src/lib/atomic-write.ts"
import { packageRoot } from "../src/lib/package-root.ts"
import { configPage } from "../src/project/config-page.ts"

const root = packageRoot()
await writeFileAtomically(join(root, "docs", "configuration.md"), configPage())
console.log("Written: docs/configuration.md")
