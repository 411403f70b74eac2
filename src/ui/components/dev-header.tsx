import { Box, Text } from "ink"

import { countOf, showBytes, showCount, showSeconds } from "../amount.ts"
import type { DevSnapshot } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"

/** Two lines and a gap: where it serves and how it is, and what it holds. */
export function DevHeader({ snapshot, look }: { snapshot: DevSnapshot; look: LogLook }): React.JSX.Element {
  const { daemon, stats } = snapshot
  const { paint } = look
  const health = stats?.problem ? paint("bad", "●") : paint("good", "●")
  const facts =
    stats === null
      ? ""
      : ` · up ${showSeconds(stats.uptimeSeconds)} · ${showBytes(stats.memory.rssBytes)} · ${countOf(stats.requests.total, "request")}`
  const name = paint("strong", `Alyx ${daemon.mode}`)
  return (
    <Box flexDirection="column" flexShrink={0} marginBottom={1}>
      <Text wrap="truncate">{`${health} ${name}  ${paint("name", daemon.url ?? "no TCP port")}${paint("quiet", facts)}`}</Text>
      <Text wrap="truncate">{`  ${collectionsLine(snapshot)}`}</Text>
    </Box>
  )
}

function collectionsLine({ stats }: DevSnapshot): string {
  if (stats === null) return "…"
  const { collections } = stats.schema
  if (collections.length === 0) return "no collections"
  return collections
    .map(({ name, documentCount }) => `${name} ${documentCount === null ? "…" : showCount(documentCount)}`)
    .join(" · ")
}
