import { isDeepStrictEqual } from "node:util"

import type { FunctionManifest } from "../../functions/function-manifest.ts"

/** Whether two manifests say the same. Rules are compiled anew each time, so their text is compared. */
export function sameManifest(before: FunctionManifest, after: FunctionManifest): boolean {
  if (before.access?.rule.expression !== after.access?.rule.expression) return false
  return isDeepStrictEqual({ ...before, access: null }, { ...after, access: null })
}
