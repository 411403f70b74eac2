import type { FunctionManifest } from "./function-manifest.ts"

/** A function as it lies in the functions folder; found by discover.ts. */
export interface FunctionSource {
  readonly name: string
  readonly manifest: FunctionManifest
  /** The folder that relative paths of the manifest mean. Absolute. */
  readonly folder: string
  /** The file that is compiled; null where `manifest.build` makes the plug-in, or a `.wasm` stands in the source's place. Absolute. */
  readonly entryFile: string | null
  /** The plug-in: `.alyx/functions/<name>.wasm` of our compiler, else what the command or the person writes. Absolute. */
  readonly wasmFile: string
}
