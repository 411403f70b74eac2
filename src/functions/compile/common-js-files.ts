import { readFileSync } from "node:fs"
import { compileFunction } from "node:vm"

import type { OnResolveArgs, OnResolveResult, Plugin, PluginBuild } from "esbuild"

/**
 * Whether a file is written as CommonJS: it speaks of `module` or `exports`, and has no import, export or await at its top.
 * `"type": "module"` in package.json does not change what it says. The code is only parsed.
 */
export function isCommonJsFile(file: string): boolean {
  if (!file.endsWith(".js")) return false
  try {
    const source = readFileSync(file, "utf8")
    if (!/\b(?:module|exports)\b/.test(source)) return false
    compileFunction(source)
    return true
  } catch {
    // What is no CommonJS, or is not there, esbuild will tell of.
    return false
  }
}

/**
 * Makes a function of CommonJS one whatever package.json says, and the files of the project that it requires: esbuild looks
 * into package.json only for what it has found itself.
 */
export const commonJsFiles: Plugin = {
  name: "alyx-common-js",
  setup(build) {
    build.onResolve({ filter: /^\.\.?(?:\/|$)/ }, (args) => resolveOwn(build, args))
  },
}

/** Tells the plugin that it is itself who asks. */
const asked = "alyx-common-js"

async function resolveOwn(build: PluginBuild, args: OnResolveArgs): Promise<OnResolveResult | undefined> {
  const { path, importer, namespace, resolveDir, kind, pluginData } = args
  if (pluginData === asked || resolveDir.includes("/node_modules/")) return undefined
  const found = await build.resolve(path, { importer, namespace, resolveDir, kind, pluginData: asked })
  return found.errors.length === 0 && isCommonJsFile(found.path) ? { path: found.path } : undefined
}
