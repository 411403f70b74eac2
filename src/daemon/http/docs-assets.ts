import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import path from "node:path"

import { packageRoot } from "../../lib/package-root.ts"

/** The files of the page at /docs, with their content types: nothing else of the folder is served. */
export const docsAssetTypes = {
  "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
  "swagger-ui.css": "text/css; charset=utf-8",
  "favicon-32x32.png": "image/png",
  "page.js": "text/javascript; charset=utf-8",
  "page.css": "text/css; charset=utf-8",
} as const

export type DocsAsset = keyof typeof docsAssetTypes

/** Tells a file of the page from any other name. */
export function isDocsAsset(name: string): name is DocsAsset {
  return Object.hasOwn(docsAssetTypes, name)
}

/** The files that the build put into dist/assets/docs. They are read at each request: browsers keep them for good. */
export class DocsAssets {
  readonly #folder = path.join(packageRoot(), "dist", "assets", "docs")
  #version: Promise<string> | undefined

  /** A word that changes with any of the files; it stands in their URLs, so that they may be kept for good. */
  version(): Promise<string> {
    this.#version ??= this.#hashAll().catch((error: unknown) => {
      this.#version = undefined
      throw error
    })
    return this.#version
  }

  read(name: DocsAsset): Promise<Buffer> {
    return readFile(path.join(this.#folder, name))
  }

  async #hashAll(): Promise<string> {
    const hash = createHash("sha256")
    for (const name of Object.keys(docsAssetTypes).filter(isDocsAsset)) hash.update(await this.read(name))
    return hash.digest("hex").slice(0, 12)
  }
}
