import { realpathSync, statSync } from "node:fs"
import { basename, extname, relative, resolve } from "node:path"

import { alyxError } from "../errors.ts"
import { writeFileAtomically } from "../lib/atomic-write.ts"
import type { CompiledFunction } from "./compile/compile-function.ts"
import { CompilerThread } from "./compiler-thread.ts"

/** A source that is compiled by itself: without a project, a manifest, a cache. */
export interface FileBuild {
  /** What the other paths are relative to. Absolute. */
  readonly folder: string
  readonly entry: string
  readonly output: string
  readonly abi: "extism" | null
  /** The program of the thread that compiles. */
  readonly worker: URL
}

/** Compiles one file and writes the plug-in. Throws what FunctionBuilder throws. */
export async function buildFile({ folder, entry, output, abi, worker }: FileBuild): Promise<CompiledFunction> {
  const root = realpathSync(folder)
  const entryFile = resolve(root, entry)
  if (!(statSync(entryFile, { throwIfNoEntry: false })?.isFile() ?? false)) {
    throw alyxError("USAGE", { message: `There is no file ${entry}.`, next: "Name the source with --entry." })
  }
  const compiler = new CompilerThread(worker)
  try {
    const name = basename(entry, extname(entry))
    const request = { root, name, entryFile: realpathSync(entryFile), envNames: [], snapshot: true, abi }
    const compiled = await compiler.compile(request)
    await writeFileAtomically(resolve(root, output), compiled.wasm)
    return { ...compiled, inputs: compiled.inputs.map((input) => relative(root, input)) }
  } finally {
    await compiler.stop()
  }
}
