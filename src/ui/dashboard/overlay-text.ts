import type { DevSnapshot } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"
import { planLines } from "../migrations/plan-lines.ts"
import { changeInFull } from "./change-in-full.ts"
import type { OverlayText } from "./overlay-lines.ts"
import { functionInFull } from "./function-in-full.ts"
import { helpLines } from "./help-lines.ts"
import { mailInFull } from "./mail-in-full.ts"
import { requestInFull } from "./request-in-full.ts"

/** What the overlay of the view says, laid out for a width; null when there is none. */
export function overlayText(
  { view, stats }: DevSnapshot,
  look: LogLook & { readonly columns: number },
): OverlayText | null {
  const { overlay } = view
  if (overlay === null) return null
  switch (overlay.kind) {
    case "help":
      return { title: "Keys", lines: helpLines(look.paint) }
    case "plan": {
      const plan = stats?.plan
      const lines = plan ? planLines(plan, look, { columns: look.columns, rows: Number.POSITIVE_INFINITY }) : []
      return { title: "Plan", lines: lines.length > 0 ? lines : ["Nothing waits any more."] }
    }
    case "request":
      return { title: "Request", lines: requestInFull(overlay.entry, overlay.fetched, look) }
    case "mail":
      return { title: "Mail", lines: mailInFull(overlay.entry, overlay.fetched, look) }
    case "change":
      return { title: "Change", lines: changeInFull(overlay.entry, look) }
    case "function":
      return { title: "Function", lines: functionInFull(overlay.entry, overlay.fetched, look) }
  }
}
