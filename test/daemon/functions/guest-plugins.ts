import { createHash } from "node:crypto"
import { mkdir, writeFile } from "node:fs/promises"
import path from "node:path"

import type { BuiltFunction } from "../../../src/functions/built-function.ts"
import { bundleFileName } from "../../../src/functions/bundle-file-name.ts"
import { Bundler } from "../../../src/functions/compile/bundle-function.ts"
import { makeSnapshot } from "../../../src/functions/snapshot.ts"

/** Builds a function from its source, as our compiler does it; without the cache. One at a time: the end of a build ends esbuild. */
export async function buildPlugin(folder: string, source: string): Promise<BuiltFunction> {
  const functions = path.join(folder, "functions")
  await mkdir(functions, { recursive: true })
  const entryFile = path.join(functions, "under-test.ts")
  await writeFile(entryFile, source)
  const bundler = new Bundler()
  try {
    const { code, sourceMap } = await bundler.bundle({ root: folder, name: "under-test", entryFile, envNames: [] })
    const { wasm, description } = await makeSnapshot({
      engine: "alyx",
      bundle: code,
      fileName: bundleFileName,
      sourceMap,
      snapshot: true,
    })
    const hash = createHash("sha256").update(wasm).digest("hex")
    return { wasm, isOwn: true, hash, description, sourceMap, inputs: [], warnings: [], durationMs: 1 }
  } finally {
    await bundler.stop()
  }
}
