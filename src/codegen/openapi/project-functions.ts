import { isAlyxError } from "../../errors.ts"
import { FunctionBuilder } from "../../functions/build-function.ts"
import { discoverFunctions } from "../../functions/discover.ts"
import { describedFunction } from "./described-function.ts"
import type { DescribedFunction } from "./function-paths.ts"

/** Where functions are, and what builds them. */
export interface FunctionPlaces {
  readonly root: string
  readonly functionsDir: string
  readonly cacheDir: string
  readonly worker: URL
  readonly env: Readonly<Record<string, string | undefined>>
}

/** The functions of a project, and a sentence for each that had to be left out. */
export interface ProjectFunctions {
  readonly functions: readonly DescribedFunction[]
  readonly leftOut: readonly string[]
}

/** Builds the functions of a folder, as far as they changed, since what they take and answer is known then. */
export async function projectFunctions(places: FunctionPlaces): Promise<ProjectFunctions> {
  const { root, functionsDir, cacheDir, worker, env } = places
  const { functions: sources, problems } = discoverFunctions({ root, functionsDir, env })
  const functions: DescribedFunction[] = []
  const leftOut = problems.map(({ message, at }) => (at === undefined ? message : `${at.file}:${at.line} ${message}`))
  const builder = new FunctionBuilder({ root, cacheDir, worker })
  try {
    for (const source of sources) {
      try {
        const { description } = await builder.build(source)
        const described = describedFunction(source.manifest, description)
        if (described !== undefined) functions.push(described)
      } catch (error) {
        if (!isAlyxError(error)) throw error
        leftOut.push(`The function ${source.name} is left out: ${error.message}`)
      }
    }
  } finally {
    await builder.stop()
  }
  return { functions, leftOut }
}
