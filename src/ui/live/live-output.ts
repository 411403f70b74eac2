import type { LiveView } from "../../client/live-view.ts"
import type { FollowedEvent } from "../../client/realtime-client.ts"
import { countOf, showCount } from "../amount.ts"
import { printable } from "../printable.ts"
import type { OutputStream } from "../terminal.ts"

/** Shows what is heard of a query. */
export interface LiveOutput {
  show(event: Exclude<FollowedEvent, { readonly type: "lost" }>): void
  /** Lets go of what it listens to. */
  end?(): void
}

/** One line of JSON an event, for programs. */
export function liveJson(out: Pick<OutputStream, "write">): LiveOutput {
  return {
    show(event) {
      if (event.type === "resumed") return out.write('{"type":"resumed"}\n')
      const { subscription_id: _id, ...payload } = event.payload
      out.write(`${JSON.stringify({ type: event.type, ...payload })}\n`)
    },
  }
}

/** A line a document that changed: + - or ~ and its JSON. */
export function liveLines(out: Pick<OutputStream, "write" | "paint">, view: LiveView): LiveOutput {
  const { paint } = out
  return {
    show(event) {
      switch (event.type) {
        case "snapshot": {
          view.takeSnapshot(event.payload)
          const again = event.payload.reset === true ? ", again" : ""
          out.write(
            `${paint("strong", `${showCount(event.payload.docs.length)} of ${countOf(view.total, "document")}${again}`)}\n`,
          )
          for (const { doc } of view.rows()) out.write(`  ${shown(doc)}\n`)
          return
        }
        case "delta": {
          view.takeDelta(event.payload)
          const { inserts, updates, deletes } = event.payload.changes
          for (const key of deletes) out.write(`${paint("bad", `- ${printable(String(key))}`)}\n`)
          for (const doc of inserts) out.write(`${paint("good", `+ ${shown(doc)}`)}\n`)
          for (const doc of updates) out.write(`${paint("warn", `~ ${shown(doc)}`)}\n`)
          return
        }
        case "resumed":
          return
      }
    },
  }
}

function shown(doc: object): string {
  return printable(JSON.stringify(doc))
}
