import type { BuildCommand, FunctionManifest } from "../../../src/functions/function-manifest.ts"
import { defaultManifest } from "../../../src/functions/manifest/default-manifest.ts"

/** A manifest that says nothing but what it is given. */
export function manifestOf(name: string, file: string | null, build: BuildCommand | null): FunctionManifest {
  return { ...defaultManifest(name), file, build }
}
