import type { Plugin } from "esbuild"

import type { BundleRequest } from "./bundle-function.ts"

/** What functions import; nothing has to be installed for it. */
const sdkName = "@alyx/functions"

/** How the module appears among the inputs of a bundle. */
export const sdkModule = `alyx-sdk:${sdkName}`

/** The names of `@alyx/functions`; they are evaluated with the prelude. */
const sdkNames = ["defineFunction", "FunctionError", "AlyxError", "lazy", "getContext"] as const

/** Resolves `@alyx/functions` to the SDK inside the engine. */
export function virtualModules(_request: BundleRequest): Plugin {
  return {
    name: "alyx-sdk",
    setup(build) {
      build.onResolve({ filter: /^@alyx\/functions$/ }, () => ({
        path: sdkName,
        namespace: "alyx-sdk",
        sideEffects: false,
      }))
      build.onLoad({ filter: /.*/, namespace: "alyx-sdk" }, () => ({ contents: sdkSource, loader: "js" }))
    },
  }
}

const sdkSource = `export const { ${sdkNames.join(", ")} } = globalThis.__alyx_sdk\n`
