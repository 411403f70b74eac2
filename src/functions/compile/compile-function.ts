import { bundleFileName } from "../bundle-file-name.ts"
import type { PluginDescription } from "../built-function.ts"
import { makeSnapshot } from "../snapshot.ts"
import type { Snapshot, SnapshotRequest } from "../snapshot.ts"
import type { Bundle, BundleRequest, Bundler } from "./bundle-function.ts"
import { evaluationFailure } from "./evaluation-failure.ts"

/** What is compiled, and how. */
export interface CompileRequest extends BundleRequest {
  /** As the manifest says. */
  readonly snapshot: boolean
  readonly abi: "extism" | null
}

/** A function as a plug-in. */
export interface CompiledFunction {
  readonly wasm: Uint8Array<ArrayBuffer>
  readonly description: PluginDescription
  readonly sourceMap: string
  readonly inputs: readonly string[]
  readonly warnings: readonly string[]
}

/**
 * Bundles a function and makes it a plug-in. Throws AlyxErrors with the place in the source: BUILD_FAILED,
 * NODE_MODULE_UNSUPPORTED, BUILD_TIME_ACCESS; the reason of the signal when it has aborted in between.
 */
export async function compileFunction(
  bundler: Bundler,
  request: CompileRequest,
  signal?: AbortSignal,
): Promise<CompiledFunction> {
  const bundle = await bundler.bundle(request, signal)
  signal?.throwIfAborted()
  try {
    const { wasm, description } = await snapshotOf(request, bundle)
    const { sourceMap, inputs, warnings } = bundle
    return { wasm, description, sourceMap, inputs, warnings }
  } catch (error) {
    throw evaluationFailure(error, request, bundle)
  }
}

/** The plain engine is for plug-ins that need nothing else: the three styles of Alyx answer through its own functions. */
async function snapshotOf(request: CompileRequest, bundle: Bundle): Promise<Snapshot> {
  const parts: Omit<SnapshotRequest, "engine"> = {
    bundle: bundle.code,
    fileName: bundleFileName,
    sourceMap: bundle.sourceMap,
    snapshot: request.snapshot,
    declared: bundle.declared,
  }
  if (request.abi === "extism") return makeSnapshot({ ...parts, engine: "extism" })
  if (bundle.needsEventLoop) return makeSnapshot({ ...parts, engine: "alyx" })
  const plain = await makeSnapshot({ ...parts, engine: "extism" })
  return plain.description.style === "plugin" ? plain : makeSnapshot({ ...parts, engine: "alyx" })
}
