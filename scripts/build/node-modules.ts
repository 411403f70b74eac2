import { readFile } from "node:fs/promises"
import path from "node:path"

import { build } from "esbuild"
import type { Plugin } from "esbuild"

import { supportedNodeModules } from "../../src/functions/compile/node-module-names.ts"

/** Our own ones; the others are those of @jspm/core, which are Node's sources and the packages that stand in for them. */
const own = ["buffer", "crypto", "os", "perf_hooks", "process", "timers", "timers/promises"]

/** In @jspm/core this chunk is `process`, which is ours instead. */
const processChunk = /^export \{ process as p \};$/m

/**
 * Bundles what functions get for `node:…` into a folder: one file a module, and chunks that they share. They go into a
 * function's bundle from there, so that nothing of them has to be installed.
 */
export async function bundleNodeModules(options: {
  readonly root: string
  readonly outdir: string
}): Promise<{ readonly inputs: readonly string[] }> {
  const { root, outdir } = options
  const result = await build({
    absWorkingDir: root,
    entryPoints: Object.fromEntries(supportedNodeModules.map((name) => [fileOf(name), sourceOf(root, name)])),
    outdir,
    outExtension: { ".js": ".js" },
    chunkNames: "chunk-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "neutral",
    target: "es2023",
    minifyWhitespace: true,
    legalComments: "none",
    external: ["alyx-env-names"],
    metafile: true,
    logLevel: "warning",
    plugins: [ownModules(root)],
  })
  return { inputs: Object.keys(result.metafile.inputs).toSorted() }
}

/** `timers/promises` is a file of one folder with all the others. */
function fileOf(name: string): string {
  return name.replaceAll("/", "-")
}

function sourceOf(root: string, name: string): string {
  if (own.includes(name)) return path.join(root, "runtimes/js/node", `${fileOf(name).replace("_", "-")}.ts`)
  return path.join(root, "node_modules/@jspm/core/nodelibs/browser", `${name}.js`)
}

/** Where the modules of @jspm/core want each other's process, buffer or timers, they get ours. */
function ownModules(root: string): Plugin {
  return {
    name: "own-node-modules",
    setup(esbuild) {
      esbuild.onLoad({ filter: /@jspm\/core\/nodelibs\/browser\/chunk-[\w-]+\.js$/ }, async ({ path: file }) => {
        const text = await readFile(file, "utf8")
        if (!processChunk.test(text)) return { contents: text, loader: "js" }
        return { contents: `export { process as p } from ${JSON.stringify(sourceOf(root, "process"))}`, loader: "js" }
      })
      esbuild.onResolve({ filter: /^\.\/(process|timers|os)\.js$/ }, ({ path: wanted, importer }) => {
        if (!importer.includes("/@jspm/core/")) return undefined
        return { path: sourceOf(root, wanted.slice(2, -3)) }
      })
    },
  }
}
