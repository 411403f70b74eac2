import { toWireError } from "../../protocol/wire-error.ts"
import type { ReloadReport } from "./reload-report.ts"
import type { Reload } from "./reload.ts"

/** One reload outside the dev loop. Never rejects: what became of it is told. */
export async function reloadOnce(
  cause: ReloadReport["cause"],
  reload: Reload,
  report: (report: ReloadReport) => void,
): Promise<void> {
  const begin = performance.now()
  try {
    const { changes } = await reload(() => true)
    const outcome = changes.length > 0 ? "applied" : "unchanged"
    report({ cause, outcome, durationMs: performance.now() - begin, changes })
  } catch (error) {
    const durationMs = performance.now() - begin
    report({ cause, outcome: "refused", durationMs, changes: [], error: toWireError(error) })
  }
}
