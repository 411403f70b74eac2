import { nearestWord } from "../lib/nearest-word.ts"
import type { Schema } from "../schema/schema.ts"
import type { FunctionManifest } from "./function-manifest.ts"

/** One sentence for each hook on a collection that the schema does not have, with the manifest's file. */
export function hookWarnings({ file, hooks }: FunctionManifest, schema: Schema): readonly string[] {
  const names = [...schema.collections.keys()]
  return hooks.flatMap(({ type, settings }) => {
    const { source } = settings
    if (type !== "database" || typeof source !== "string" || schema.collections.has(source)) return []
    const near = nearestWord(source, names)
    const advice = near === undefined ? "" : ` Did you mean ${near}?`
    return [`${file === null ? "" : `${file}: `}A hook names ${source}, which is no collection.${advice}`]
  })
}
