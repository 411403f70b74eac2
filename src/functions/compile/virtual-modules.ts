import type { Plugin } from "esbuild"

import type { BundleRequest } from "./bundle-function.ts"

/** What functions import; nothing has to be installed for it. */
export const sdkName = "@alyx/functions"

/** How the module appears among the inputs of a bundle. */
export const sdkModule = `alyx-sdk:${sdkName}`

/** The names of `@alyx/functions`; they are evaluated with the prelude. */
const sdkNames = ["defineFunction", "FunctionError", "AlyxError", "lazy", "getContext"] as const

/** Resolves `@alyx/functions` to the SDK inside the engine, and refuses what nothing in a function could load. */
export function virtualModules(_request: BundleRequest): Plugin {
  return {
    name: "alyx-sdk",
    setup(build) {
      build.onResolve({ filter: /^@alyx\/functions$/ }, () => ({
        path: sdkName,
        namespace: "alyx-sdk",
        sideEffects: false,
      }))
      build.onResolve({ filter: /^https?:\/\// }, ({ path, kind }) => {
        const isImport = kind === "import-statement" || kind === "dynamic-import"
        return isImport
          ? { errors: [{ text: `${path} cannot be imported`, notes: [{ text: adviceFor(path) }] }] }
          : undefined
      })
      build.onLoad({ filter: /.*/, namespace: "alyx-sdk" }, () => ({ contents: sdkSource, loader: "js" }))
    },
  }
}

/** The package that an address of a CDN is about: `https://esm.sh/@scope/name@1.2.3/part`. */
function adviceFor(address: string): string {
  const name = /^https?:\/\/[^/]+\/(?:npm\/|v\d+\/)?((?:@[\w.-]+\/)?[\w.-]+)/.exec(address)?.[1]
  return `Packages come from npm: npm install ${name ?? "<name>"}`
}

const sdkSource = `export const { ${sdkNames.join(", ")} } = globalThis.__alyx_sdk\n`
