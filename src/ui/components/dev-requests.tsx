import { Box, Text } from "ink"

import { showTime } from "../amount.ts"
import type { DevSnapshot } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"
import { renderRequest } from "../log-line.ts"

/** The newest requests, the newest at the bottom. */
export function DevRequests(props: {
  readonly snapshot: DevSnapshot
  readonly look: LogLook
  readonly rows: number
  readonly columns: number
}): React.JSX.Element {
  const { snapshot, look, rows, columns } = props
  const shown = snapshot.requests.slice(-Math.max(1, rows - 1))
  const address = snapshot.daemon.url ?? ""
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden" flexShrink={0}>
      <Text wrap="truncate">{look.paint("strong", "Requests")}</Text>
      {shown.length === 0 && (
        <Text wrap="truncate">{look.paint("quiet", `None yet. Try: curl ${address}/api/collections/…`)}</Text>
      )}
      {shown.map((entry) => (
        <Text key={entry.seq} wrap="truncate">
          {`${look.paint("quiet", showTime(entry.time))} ${renderRequest(entry, look.paint)}`}
        </Text>
      ))}
    </Box>
  )
}
