import type { Config } from "../../project/config.ts"
import type { ConfigHolder } from "./config-holder.ts"
import { defaultRecordLimits } from "../records/records.ts"
import type { RecordLimits } from "../records/records.ts"

/** Returns the limits that the configuration in force sets, made anew only when that has changed. */
export function liveRecordLimits(holder: ConfigHolder): () => RecordLimits {
  let config: Config | undefined
  let limits = defaultRecordLimits
  return () => {
    if (config !== holder.current) {
      config = holder.current
      limits = {
        ...defaultRecordLimits,
        pageDefault: config.api.pageSizeDefault,
        pageMax: config.api.pageSizeMax,
        filterCountMax: config.api.filterCountMax,
        expandDepthMax: config.api.expandDepthMax,
        batchMax: config.api.batchMax,
      }
    }
    return limits
  }
}
