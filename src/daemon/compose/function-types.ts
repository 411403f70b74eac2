import { existsSync } from "node:fs"

import type { ReleaseStack } from "../../lib/release-stack.ts"
import type { OpenedFunctions } from "./open-functions.ts"
import type { Parts } from "./open-parts.ts"

/**
 * Keeps the types that editors complete functions with as the served schema is, while there is a functions folder. Whenever
 * schema.yaml was read they are compared anew: `alyx functions types` may have written them as a refused one wanted them.
 */
export function keepFunctionTypes(
  { options, schemas, signals, logger }: Pick<Parts, "options" | "schemas" | "signals" | "logger">,
  functions: Pick<OpenedFunctions, "loader" | "onChange">,
  release: ReleaseStack,
): void {
  let writing: Promise<void> = Promise.resolve()
  let writtenHash: string | undefined
  const write = async (): Promise<void> => {
    const { current } = schemas
    if (current.hash === writtenHash || !existsSync(functions.loader.functionsDir)) return
    writtenHash = current.hash
    const { writeFunctionTypes } = await import("../../codegen/functions/write-function-types.ts")
    await writeFunctionTypes({ root: options.root, schema: current })
  }
  const look = (): void => {
    writing = writing.then(write).catch((error: unknown) => {
      writtenHash = undefined
      logger.warn("The types of functions for editors could not be written.", { error })
    })
  }
  const lookAnew = (): void => {
    writtenHash = undefined
    look()
  }
  const forgets = [signals.on("schema", look), signals.on("schema-files", lookAnew), functions.onChange(look)]
  look()
  release.push("types of functions", async () => {
    for (const forget of forgets) forget()
    await writing
  })
}
