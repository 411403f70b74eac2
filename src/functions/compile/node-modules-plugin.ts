import { readFile } from "node:fs/promises"
import { builtinModules } from "node:module"
import { join } from "node:path"

import type { OnLoadResult, OnResolveArgs, OnResolveResult, Plugin } from "esbuild"

import { packageRoot } from "../../lib/package-root.ts"
import type { BundleRequest } from "./bundle-function.ts"
import { supportedNodeModules } from "./node-module-names.ts"

/** Where the modules lie that scripts/build/node-modules.ts made. */
export function nodeModulesFolder(): string {
  return join(packageRoot(), "dist", "runtimes", "js", "node")
}

/** Gives a bundle whichever of Node's variables it mentions. */
export const injectedModule = "alyx-inject"

/** Every module that Node knows, with and without `node:`. */
const builtins = new Set(builtinModules.map(withoutPrefix))

const supported = new Set<string>(supportedNodeModules)

/** The name of one of Node's modules in a path that is imported, or null. */
export function nodeModuleName(path: string): string | null {
  const name = withoutPrefix(path)
  if (path.startsWith("node:") || builtins.has(name)) return name
  return null
}

/**
 * Resolves Node's modules to those that we bring along. One that cannot work is left to esbuild, which does not find it: it
 * is forgiving where a package guards the import by `try`, and names the place where not.
 */
export function bundledNodeModules({ envNames }: BundleRequest): Plugin {
  return {
    name: "alyx-node-modules",
    setup(build) {
      build.onResolve({ filter: /^(node:)?[a-z0-9_]+(\/[a-z0-9_]+)*$/ }, resolveBuiltin)
      build.onResolve({ filter: /^alyx-inject$/ }, ({ path }) => ({
        path,
        namespace: "alyx-inject",
        sideEffects: false,
      }))
      build.onLoad({ filter: /.*/, namespace: "alyx-inject" }, () => ({ contents: injected, loader: "js" }))
      build.onResolve({ filter: /.*/, namespace: "alyx-node" }, resolveInside)
      build.onLoad({ filter: /.*/, namespace: "alyx-node" }, ({ path }) => load(path))
      build.onLoad({ filter: /.*/, namespace: "alyx-required" }, ({ path }) => loadRequired(path))
      build.onLoad({ filter: /.*/, namespace: "alyx-env" }, () => ({
        contents: `export const envNames = ${JSON.stringify(envNames)}`,
      }))
    },
  }
}

const injected = 'export { Buffer } from "node:buffer"\nexport { process } from "node:process"\n'

function resolveBuiltin({ path, kind, namespace }: OnResolveArgs): OnResolveResult | undefined {
  const name = nodeModuleName(path)
  if (name === null || !supported.has(name)) return undefined
  const file = `${name.replaceAll("/", "-")}.js`
  const isRequired = kind === "require-call" && namespace !== "alyx-required"
  return { path: file, namespace: isRequired ? "alyx-required" : "alyx-node", sideEffects: false }
}

function resolveInside({ path }: OnResolveArgs): OnResolveResult {
  if (path === "alyx-env-names") return { path, namespace: "alyx-env" }
  return { path: path.replace(/^\.\//, ""), namespace: "alyx-node", sideEffects: false }
}

async function load(path: string): Promise<OnLoadResult> {
  return { contents: await readFile(join(nodeModulesFolder(), path), "utf8"), loader: "js" }
}

/** `require("events")` is the class itself, with everything else on it: what the ES module exports as default. */
function loadRequired(path: string): OnLoadResult {
  const name = path.replace(/\.js$/, "").replaceAll("-", "/")
  const real = `require(${JSON.stringify(`node:${name}`)}).default`
  return { contents: `module.exports = ${name === "zlib" ? withRefusals(real) : real}`, loader: "js" }
}

const missingOfZlib = ["brotliCompress", "brotliDecompress", "zstdCompress", "zstdDecompress"]

/** Parts that packages find, and are told that they are missing when they call one. */
function withRefusals(real: string): string {
  const names = missingOfZlib.flatMap((name) => [name, `${name}Sync`])
  const refusal = "() => { throw new Error(`zlib.${name} is not in a function: gzip, deflate and inflate are there.`) }"
  return `{ ...${real}, ...Object.fromEntries(${JSON.stringify(names)}.map((name) => [name, ${refusal}])) }`
}

function withoutPrefix(path: string): string {
  return path.replace(/^node:/, "")
}
