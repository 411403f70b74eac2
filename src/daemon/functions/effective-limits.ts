import type { FunctionManifest } from "../../functions/function-manifest.ts"
import type { Config } from "../../project/config.ts"
import type { FunctionDetail } from "../../protocol/functions-api.ts"

/** What holds for a function: its manifest's word, else the configuration's. */
export type EffectiveLimits = FunctionDetail["limits"]

/** Completes a manifest. One idle instance stays after the first call, unless the manifest or the configuration says another number. */
export function effectiveLimits(manifest: FunctionManifest, config: Config["functions"]): EffectiveLimits {
  return {
    timeoutMs: manifest.timeoutMs ?? config.timeoutMs,
    memoryBytes: manifest.memoryBytes ?? config.memoryBytes,
    minWarm: manifest.minWarm ?? config.minWarm,
    maxConcurrency: manifest.maxConcurrency ?? config.maxConcurrency,
    idleTimeoutMs: manifest.idleTimeoutMs ?? config.idleTimeoutMs,
    isolation: manifest.isolation,
  }
}
