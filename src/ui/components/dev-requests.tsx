import { Box, Text } from "ink"

import type { DevSnapshot } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"
import { renderLogEntry } from "../log-line.ts"

/** The newest requests, the newest at the bottom. */
export function DevRequests(props: {
  readonly snapshot: DevSnapshot
  readonly look: LogLook
  readonly rows: number
  readonly columns: number
}): React.JSX.Element {
  const { snapshot, look, rows, columns } = props
  const shown = snapshot.requests.slice(-Math.max(1, rows - 1))
  const collection = snapshot.stats?.schema.collections[0]?.name ?? ""
  const address = `${snapshot.daemon.url ?? ""}/api/collections/${collection}`
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden" flexShrink={0}>
      <Text wrap="truncate">{look.paint("strong", "Requests")}</Text>
      {shown.length === 0 && <Text wrap="truncate">{look.paint("quiet", `None yet. Try: curl ${address}`)}</Text>}
      {shown.map((entry) => (
        <Text key={entry.seq} wrap="truncate">
          {renderLogEntry(entry, look)}
        </Text>
      ))}
    </Box>
  )
}
