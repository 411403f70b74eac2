import { describedFunction } from "../../codegen/openapi/described-function.ts"
import type { DescribedFunction } from "../../codegen/openapi/function-paths.ts"
import type { FunctionEdge } from "./function-edge.ts"

/** The functions that are served over HTTP now, as the document of the API describes them. */
export function describedFunctions({ registry }: Pick<FunctionEdge, "registry">): readonly DescribedFunction[] {
  return registry.all.flatMap(({ served }) =>
    served === null ? [] : (describedFunction(served.source.manifest, served.built.description) ?? []),
  )
}
