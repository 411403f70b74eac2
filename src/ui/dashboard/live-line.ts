import type { RealtimeStats } from "../../protocol/admin-api.ts"
import { countOf, showBytes, showMs } from "../amount.ts"
import type { Paint } from "../paint.ts"

/** How live queries are, in a line; null when nobody follows anything. */
export function liveLine(
  live: RealtimeStats | null | undefined,
  { paint, messagesPerSecond }: { readonly paint: Paint; readonly messagesPerSecond: number | null },
): string | null {
  if (!live || live.sockets + live.subscriptions === 0) return null
  const facts = [
    `${countOf(live.subscriptions, "subscription")} in ${countOf(live.groups, "group")}`,
    ...(messagesPerSecond === null ? [] : [`${messagesPerSecond.toFixed(messagesPerSecond < 10 ? 1 : 0)} messages/s`]),
    `slowest ${showMs(live.slowestFanOutMs)}`,
    ...(live.untakenBytes > 0 ? [`${showBytes(live.untakenBytes)} not taken`] : []),
  ]
  return `${paint("good", countOf(live.sockets, "socket"))} ${paint("quiet", `· ${facts.join(" · ")}`)}`
}
