import path from "node:path"

import { alyxError } from "../../errors.ts"
import type { Problem } from "../../errors.ts"
import type { FunctionSource } from "../../functions/function-source.ts"
import type { WireError } from "../../protocol/admin-api.ts"
import { toWireError } from "../../protocol/wire-error.ts"

/** Where problems are, and which functions are known. */
export interface BrokenPlaces {
  readonly root: string
  readonly functionsDir: string
  readonly known: ReadonlyMap<string, FunctionSource>
}

/**
 * What is wrong with functions that could not be found for their manifests, by name: that of the function that the file was
 * last known for, else that of the file or its folder.
 */
export function brokenManifests(problems: readonly Problem[], places: BrokenPlaces): ReadonlyMap<string, WireError> {
  const byName = Map.groupBy(problems, ({ at }) => (at === undefined ? "functions" : nameOf(at.file, places)))
  return new Map(
    Array.from(byName, ([name, some]) => {
      const message = some.length === 1 ? some[0]!.message : `The manifest of ${name} has ${some.length} problems.`
      return [name, toWireError(alyxError("MANIFEST_INVALID", { message, problems: some }))]
    }),
  )
}

function nameOf(file: string, { root, functionsDir, known }: BrokenPlaces): string {
  for (const [name, source] of known) {
    const { manifest } = source
    if (manifest.file === file) return name
    if (source.entryFile !== null && path.relative(root, source.entryFile) === file) return name
  }
  const [first = "functions"] = path.relative(functionsDir, path.resolve(root, file)).split(path.sep)
  return first.replace(/\.[a-z]+$/i, "")
}
