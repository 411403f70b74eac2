import { dirname, relative } from "node:path"

import type { BuildOptions } from "esbuild"

import { bundleFileName } from "../bundle-file-name.ts"
import type { BundleRequest } from "./bundle-function.ts"
import { commonJsFiles } from "./common-js-files.ts"
import { bundledNodeModules, injectedModule } from "./node-modules-plugin.ts"
import { virtualModules } from "./virtual-modules.ts"

/** What decides how a function is bundled, beside its manifest. */
export interface BundleKind {
  /** Whatever package.json says. */
  readonly isCommonJs: boolean
  /** It may await outside of functions. */
  readonly isAsync: boolean
}

/**
 * How esbuild bundles a function.
 *
 * The conditions lead to builds that need neither Node nor a page: `alyx` for who wants to, `worker` (Stripe and others name
 * their fetch build so), and `browser` by the platform. Not `workerd`: such builds import modules of Cloudflare.
 */
export function bundleOptions(request: BundleRequest, { isCommonJs, isAsync }: BundleKind): BuildOptions {
  const { root, entryFile } = request
  return {
    absWorkingDir: root,
    stdin: {
      contents: entrySource(entryFile),
      resolveDir: dirname(entryFile),
      sourcefile: entryModule,
      loader: "js",
    },
    outfile: bundleFileName,
    write: false,
    bundle: true,
    metafile: true,
    sourcemap: "external",
    sourcesContent: false,
    // Top-level await is only allowed in this format; nothing is imported or exported, so the result is a script.
    format: "esm",
    platform: "browser",
    mainFields: ["browser", "module", "main"],
    conditions: ["alyx", "worker"],
    target: "es2023",
    supported: { "top-level-await": isAsync, "import-meta": true },
    jsx: "automatic",
    charset: "utf8",
    legalComments: "none",
    minifyWhitespace: true,
    keepNames: false,
    treeShaking: true,
    // A line of our own, which finish() replaces; esbuild counts it in the source map.
    banner: { js: "(function(){" },
    loader: { ".txt": "text", ".md": "text", ".html": "text", ".sql": "text", ".wasm": "binary" },
    define: defines,
    inject: [injectedModule],
    plugins: [virtualModules(request), bundledNodeModules(request), ...(isCommonJs ? [commonJsFiles] : [])],
    logLevel: "silent",
    logLimit: 0,
  }
}

/** How the first module appears among the inputs of a bundle. */
export const entryModule = "alyx-entry"

function entrySource(entryFile: string): string {
  const path = `./${relative(dirname(entryFile), entryFile)}`
  return `import * as module from ${JSON.stringify(path)}\nglobalThis.__alyx_module = module\n`
}

/** What packages ask to know where they run. Folding these drops branches that are for Node alone. */
const defines: Readonly<Record<string, string>> = {
  global: "globalThis",
  "process.env.NODE_ENV": '"production"',
  "process.browser": "true",
  "process.versions.node": "undefined",
  "process.release.name": '"alyx"',
  "import.meta.url": '"file:///function.js"',
  "import.meta": "{}",
}
