import { Box, Text } from "ink"

import type { DevSnapshot } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"
import { renderLogEntry } from "../log-line.ts"

/** The newest reloads and messages, the newest at the bottom; what is long takes several lines. */
export function DevEvents(props: {
  readonly snapshot: DevSnapshot
  readonly look: LogLook
  /** At least 2: the title, and a line. */
  readonly rows: number
  readonly columns: number
}): React.JSX.Element {
  const { snapshot, look, rows, columns } = props
  const bodyRows = rows - 1
  const lines = snapshot.events
    .slice(-bodyRows)
    .flatMap((event) =>
      renderLogEntry(withoutProblem(event), { ...look, columns })
        .split("\n")
        .map((text, line) => ({ key: `${event.seq}.${line}`, text })),
    )
    .slice(-bodyRows)
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden" flexShrink={0}>
      <Text wrap="truncate">{look.paint("strong", "Reloads and messages")}</Text>
      {lines.map(({ key, text }) => (
        <Text key={key} wrap="truncate">
          {text}
        </Text>
      ))}
    </Box>
  )
}

/** What is wrong stands above, once; here it is one line of the timeline. */
function withoutProblem(event: DevSnapshot["events"][number]): DevSnapshot["events"][number] {
  if (event.kind !== "reload") return event
  const { error: _error, ...rest } = event
  return rest
}
