import { Box, Text } from "ink"

import type { DevSnapshot } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"
import { renderLogEntry } from "../log-line.ts"

/** The command stands on a line of its own where the hint does not fit on one, so that it can be copied. */
function hintLines(hint: string, columns: number): string {
  return hint.length > columns ? hint.replace(": curl", ":\ncurl") : hint
}

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
  const hint = `None yet. Try: curl ${snapshot.daemon.url ?? ""}/api/collections/${collection}`
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden" flexShrink={0}>
      <Text wrap="truncate">{look.paint("strong", "Requests")}</Text>
      {shown.length === 0 && <Text wrap="wrap">{look.paint("quiet", hintLines(hint, columns))}</Text>}
      {shown.map((entry) => (
        <Text key={entry.seq} wrap="truncate">
          {renderLogEntry(entry, look)}
        </Text>
      ))}
    </Box>
  )
}
