import type { Problem } from "../errors.ts"
import type { Config } from "./config.ts"
import type { Origin } from "./origin.ts"

/** Says at every start that rules decide nothing, where that was asked for. */
export function openServerNotices(config: Config | null, origins: ReadonlyMap<string, Origin>): readonly Problem[] {
  if (config === null || !config.server.insecureOpen) return []
  const origin = origins.get("server.insecure_open")
  return [
    {
      code: "INSECURE_OPEN",
      message:
        "server.insecure_open is on: every program and every user of this machine acts as an admin, and access rules decide nothing.",
      next: "Turn it off as soon as accounts and rules are there.",
      ...(origin !== undefined && "at" in origin ? { at: origin.at } : {}),
    },
  ]
}
