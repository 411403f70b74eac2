import { existsSync } from "node:fs"
import { cp, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises"
import path from "node:path"
import { fileURLToPath } from "node:url"

import { bundle } from "./build/bundle.ts"
import { copyDocsAssets } from "./build/docs-assets.ts"
import { hashInputs } from "./build/input-hash.ts"
import { withLock } from "./build/lock.ts"
import { writeManifest } from "./build/manifest.ts"
import { buildRuntimes } from "./build/runtimes.ts"
import { bundleNodeModules } from "./build/node-modules.ts"
import { thirdPartyLicenses } from "./build/third-party-licenses.ts"

/** The repository. */
export const repositoryRoot = path.resolve(import.meta.dirname, "..")

/** What a build leaves behind, in the order in which it is put in place. */
const products = ["dist", "THIRD-PARTY-LICENSES.md", "oclif.manifest.json"]

/** A build takes seconds; whoever holds the lock for longer has hung. */
const lockWaitMsMax = 60_000

/**
 * Builds dist/, oclif.manifest.json and THIRD-PARTY-LICENSES.md, unless they are those of the present sources.
 * Everything is made in a folder beside and then swapped in, so that a failed build leaves the last good one and a
 * running `alyx` never sees half of a new one. Returns whether anything had to be built.
 */
export async function build(options: { readonly root: string; readonly force: boolean }): Promise<boolean> {
  const { root } = options
  const modules = path.join(root, "node_modules")
  await mkdir(modules, { recursive: true })
  return withLock(path.join(modules, ".alyx-build.lock"), { waitMsMax: lockWaitMsMax }, async () => {
    const stampFile = path.join(modules, ".alyx-built")
    const hash = await hashInputs(root)
    const stamp = await readFile(stampFile, "utf8").catch(() => "")
    const complete = products.every((product) => existsSync(path.join(root, product)))
    if (!options.force && complete && stamp === hash) return false

    // In the repository, so that packages resolve from there as they do from dist, and a rename is enough.
    const staging = path.join(root, `.build-${process.pid}`)
    try {
      await rm(staging, { recursive: true, force: true })
      await mkdir(staging)
      await cp(path.join(root, "package.json"), path.join(staging, "package.json"))
      // Before the bundle, which ends esbuild.
      const runtimes = await buildRuntimes({ root, outdir: path.join(staging, "dist") })
      const { inputs } = await bundle({ root, outdir: path.join(staging, "dist") })
      const copied = await copyDocsAssets({ root, outdir: path.join(staging, "dist") })
      const nodeModules = await bundleNodeModules({ root, outdir: path.join(staging, "dist/runtimes/js/node") })
      const licenses = await thirdPartyLicenses(root, [...inputs, ...runtimes, ...copied, ...nodeModules.inputs])
      await writeFile(path.join(staging, "THIRD-PARTY-LICENSES.md"), licenses)
      await writeManifest(staging)
      await rm(stampFile, { force: true })
      await swapIn(staging, root)
      await writeFile(stampFile, hash)
    } finally {
      await rm(staging, { recursive: true, force: true })
    }
    return true
  })
}

/** The manifest goes first and comes last: a stale one would hide new commands. */
async function swapIn(staging: string, root: string): Promise<void> {
  for (const product of products.toReversed()) {
    const old = path.join(root, product)
    if (existsSync(old)) await rename(old, path.join(staging, `old-${product}`))
  }
  for (const product of products) await rename(path.join(staging, product), path.join(root, product))
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const startedAt = performance.now()
  try {
    const built = await build({ root: repositoryRoot, force: process.argv.includes("--force") })
    const took = `${((performance.now() - startedAt) / 1000).toFixed(1)} s`
    process.stderr.write(built ? `Built dist in ${took}.\n` : "dist is up to date.\n")
  } catch (error) {
    // esbuild has shown the places already.
    process.stderr.write(`${(error as Error).message.split("\n", 1)[0]!}\n`)
    process.exitCode = 1
  }
}
