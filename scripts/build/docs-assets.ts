import { globSync } from "node:fs"
import { cp, mkdir } from "node:fs/promises"
import path from "node:path"

/** What the page at /docs needs of Swagger UI, and the licences that its bundle refers to. */
const swaggerFiles = [
  "swagger-ui-bundle.js",
  "swagger-ui-bundle.js.LICENSE.txt",
  "swagger-ui.css",
  "favicon-32x32.png",
  "NOTICE",
]

/** Copies the files of the page at /docs to assets/docs; returns those that are of other packages. */
export async function copyDocsAssets(options: { readonly root: string; readonly outdir: string }): Promise<string[]> {
  const { root, outdir } = options
  const folder = path.join(outdir, "assets", "docs")
  await mkdir(folder, { recursive: true })
  const swagger = swaggerFiles.map((name) => `node_modules/swagger-ui-dist/${name}`)
  const own = globSync("src/daemon/http/docs-page/*.{js,css}", { cwd: root })
  for (const file of [...swagger, ...own]) await cp(path.join(root, file), path.join(folder, path.basename(file)))
  return swagger
}
