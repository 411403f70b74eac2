import type { DescribedFunction } from "../../codegen/openapi/function-paths.ts"
import type { FunctionEdge } from "./function-edge.ts"
import { styleOf } from "./function-call.ts"

/** The functions that are served over HTTP now, as the document of the API describes them. */
export function describedFunctions({ registry }: Pick<FunctionEdge, "registry">): readonly DescribedFunction[] {
  return registry.all.flatMap(({ name, served }) => {
    if (served === null) return []
    const { manifest } = served.source
    const { description } = served.built
    if (!manifest.isHttp && manifest.routes.length === 0) return []
    return [
      {
        name,
        isHttp: manifest.isHttp,
        style: styleOf(served),
        input: description?.input ?? null,
        output: description?.output ?? null,
        routes: manifest.routes,
        hasAccessRule: manifest.access !== null,
      },
    ]
  })
}
