import type { PluginDescription } from "../../functions/built-function.ts"
import type { FunctionManifest } from "../../functions/function-manifest.ts"
import type { DescribedFunction } from "./function-paths.ts"

/** What the document says of a function; undefined for one that is not served over HTTP. */
export function describedFunction(
  manifest: FunctionManifest,
  description: PluginDescription | null,
): DescribedFunction | undefined {
  const { name, isHttp, routes, access } = manifest
  if (!isHttp && routes.length === 0) return undefined
  return {
    name,
    isHttp,
    style: description?.style ?? "plugin",
    input: description?.input ?? null,
    output: description?.output ?? null,
    routes,
    hasAccessRule: access !== null,
  }
}
