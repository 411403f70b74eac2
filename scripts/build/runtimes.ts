import { existsSync } from "node:fs"
import { mkdir, rename, writeFile } from "node:fs/promises"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { build as esbuild, stop } from "esbuild"

import { buildEngine } from "./engine.ts"
import { snapshotPrelude } from "./prelude-snapshot.ts"

/** The engines, by the hosts that they run in. */
const engines = ["alyx", "extism"] as const

/**
 * Makes dist/runtimes: QuickJS joined with the glue, with the prelude evaluated already. What is slow, joining them, is
 * kept by the hash of what it was made of. Returns the files of packages that went in.
 */
export async function buildRuntimes(options: { readonly root: string; readonly outdir: string }): Promise<string[]> {
  const folder = path.join(options.outdir, "runtimes", "js")
  await mkdir(folder, { recursive: true })
  const inputs: string[] = ["node_modules/quickjs-wasi/quickjs.wasm"]
  // At the same time, since each waits for binaryen's tools.
  const built = await Promise.all(engines.map((engine) => buildEngine({ root: options.root, engine })))
  for (const [index, engine] of engines.entries()) {
    const prelude = await bundlePrelude(options.root, engine)
    inputs.push(...prelude.inputs)
    await writeWhole(path.join(folder, `engine-${engine}.wasm`), await snapshotPrelude(built[index]!, prelude.code))
  }
  return [...new Set(inputs)]
}

async function bundlePrelude(root: string, engine: string): Promise<{ code: string; inputs: string[] }> {
  const result = await esbuild({
    absWorkingDir: root,
    entryPoints: ["runtimes/js/prelude/main.ts"],
    bundle: true,
    write: false,
    format: "iife",
    platform: "neutral",
    mainFields: ["module", "main"],
    target: "es2024",
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    define: { __ALYX_ENGINE__: JSON.stringify(engine) },
  })
  return { code: result.outputFiles[0]!.text, inputs: Object.keys(result.metafile.inputs) }
}

/** A reader sees the old file or the new one. */
async function writeWhole(file: string, content: Uint8Array): Promise<void> {
  const beside = `${file}.${process.pid}`
  await writeFile(beside, content)
  await rename(beside, file)
}

// By hand: only the engines, into a dist that is there already.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const root = path.resolve(import.meta.dirname, "../..")
  const startedAt = performance.now()
  if (!existsSync(path.join(root, "dist"))) await mkdir(path.join(root, "dist"))
  await buildRuntimes({ root, outdir: path.join(root, "dist") })
  await stop()
  process.stderr.write(`Built dist/runtimes in ${((performance.now() - startedAt) / 1000).toFixed(1)} s.\n`)
}
