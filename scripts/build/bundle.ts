import { globSync } from "node:fs"
import path from "node:path"

import { build, stop } from "esbuild"
import type { Plugin } from "esbuild"

/** What a bundle was made of: the paths of all files that left bytes in it, relative to the repository. */
export interface Bundle {
  readonly inputs: readonly string[]
}

/** Bundles every program of the package: each command, the daemon, and each worker, with shared chunks. */
export async function bundle(options: { readonly root: string; readonly outdir: string }): Promise<Bundle> {
  const result = await build({
    absWorkingDir: options.root,
    entryPoints: entryPoints(options.root),
    outdir: options.outdir,
    chunkNames: "chunks/[name]-[hash]",
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node24",
    // A dependency of the published package: it starts a program that lies beside it.
    external: ["esbuild"],
    minifyWhitespace: true,
    legalComments: "none",
    metafile: true,
    logLevel: "warning",
    define: { "process.env.NODE_ENV": '"production"' },
    banner: { js: commonJsBanner },
    plugins: [withoutReactDevtools],
  })
  // esbuild's service would otherwise stay beside the `alyx dev` that npm start becomes, with 170 MB.
  await stop()
  const used = Object.values(result.metafile.outputs).flatMap((output) =>
    Object.entries(output.inputs).flatMap(([input, { bytesInOutput }]) => (bytesInOutput > 0 ? [input] : [])),
  )
  return { inputs: [...new Set(used)].toSorted() }
}

/** The CommonJS packages in the bundle expect these; an ES module has none of them. */
const commonJsBanner = [
  'import{createRequire as __alyxCreateRequire}from"node:module";',
  "const require=__alyxCreateRequire(import.meta.url),__filename=import.meta.filename,__dirname=import.meta.dirname;",
].join("")

/** Ink loads React's developer tools when DEV=true; they are 15 MB, and not for users. */
const withoutReactDevtools: Plugin = {
  name: "without-react-devtools",
  setup(esbuild) {
    esbuild.onResolve({ filter: /^react-devtools-core$/ }, (args) => ({ path: args.path, namespace: "empty" }))
    esbuild.onLoad({ filter: /.*/, namespace: "empty" }, () => ({ contents: "export default {}" }))
  },
}

/** What bin/run.js and package.json name by path, in dist/cli. */
const frame = ["main", "help", "command-not-found"]

/** What is started by path, from the daemon or from a command. */
const programs = ["src/daemon/main.ts", "src/{daemon,functions}/**/*-worker.ts", "src/daemon/**/*-process.ts"]

/**
 * Every file of src/commands is a command, except the base classes and the frame in oclif/. The daemon, and files
 * ending in -worker.ts or -process.ts, are started by path: they get fixed names in dist/daemon.
 */
function entryPoints(root: string): Record<string, string> {
  const entries: Record<string, string> = {}
  for (const name of frame) entries[`cli/${name}`] = `src/commands/oclif/${name}.ts`
  for (const file of globSync("src/commands/**/*.{ts,tsx}", { cwd: root, exclude: ["src/commands/oclif/**"] })) {
    if (!file.endsWith("-command.ts")) entries[withoutExtension(path.relative("src", file))] = file
  }
  for (const file of globSync(programs, { cwd: root })) {
    const name = `daemon/${withoutExtension(path.basename(file))}`
    if (entries[name]) throw new Error(`${file} and ${entries[name]} would both become dist/${name}.js.`)
    entries[name] = file
  }
  return entries
}

function withoutExtension(file: string): string {
  return file.replace(/\.tsx?$/, "")
}
