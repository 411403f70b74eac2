import { glob } from "node:fs/promises"
import { resolve } from "node:path"

import type { FunctionSource } from "./function-source.ts"

/** What compilers leave, and what is installed: none of it is written by the person. */
const leftOut = ["node_modules", "target", "dist", "build", ".git", "zig-out", ".zig-cache", "bin", "obj"]

/** A folder with more files is not a function's; the rest is not looked at. */
const fileCountMax = 10_000

/** Absolute paths of the files that a build command depends on, sorted. */
export async function findCommandInputs({ folder, manifest, wasmFile }: FunctionSource): Promise<readonly string[]> {
  const patterns = manifest.build?.watch ?? []
  const found = new Set<string>()
  const options = {
    cwd: folder,
    withFileTypes: true,
    exclude: (entry: { readonly name: string }) => leftOut.includes(entry.name),
  } as const
  for await (const entry of glob(patterns.length === 0 ? ["**/*"] : [...patterns], options)) {
    const path = resolve(entry.parentPath, entry.name)
    if (entry.isFile() && path !== wasmFile && !path.endsWith(".wasm")) found.add(path)
    if (found.size >= fileCountMax) break
  }
  return [...found].toSorted()
}
