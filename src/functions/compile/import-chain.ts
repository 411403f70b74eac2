import { relative } from "node:path"

import type { BuildOptions, Metafile, Plugin } from "esbuild"

import type { BundleRequest } from "./bundle-function.ts"
import { bundleOptions } from "./bundle-options.ts"
import { isCommonJsFile } from "./common-js-files.ts"
import { nodeModuleName } from "./node-modules-plugin.ts"

/**
 * For every file of a bundle that cannot be made, the files that lead to it from the entry, the shortest way. A failed build
 * of esbuild has no metafile, so it is made again with Node's modules left out.
 */
export async function importChains(request: BundleRequest): Promise<ReadonlyMap<string, readonly string[]>> {
  const { build } = await import("esbuild")
  const options = bundleOptions(request, { isCommonJs: isCommonJsFile(request.entryFile), isAsync: true })
  try {
    const { metafile } = await build({
      ...options,
      sourcemap: false,
      plugins: [leftOut, ...(options.plugins ?? [])],
    } as BuildOptions & { metafile: true })
    return chainsIn(metafile, relative(request.root, request.entryFile).replaceAll("\\", "/"))
  } catch {
    // There is more that is wrong; the chain is then only the file itself.
    return new Map()
  }
}

const leftOut: Plugin = {
  name: "left-out",
  setup(build) {
    build.onResolve({ filter: /^(node:)?[a-z0-9_]+(\/[a-z0-9_]+)*$/ }, ({ path }) => {
      return nodeModuleName(path) === null ? undefined : { path, external: true }
    })
  },
}

function chainsIn({ inputs }: Metafile, entry: string): ReadonlyMap<string, readonly string[]> {
  const chains = new Map<string, readonly string[]>([[entry, [entry]]])
  const queue = [entry]
  for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
    for (const { path, external } of inputs[file]?.imports ?? []) {
      if (external || chains.has(path)) continue
      chains.set(path, [...chains.get(file)!, path])
      queue.push(path)
    }
  }
  return chains
}
