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
  // The excerpts of a problem stand above, once; here it is one line of the timeline.
  const lines = snapshot.events
    .slice(-bodyRows)
    .flatMap((event) =>
      renderLogEntry(event, { ...look, columns })
        .split("\n")
        .slice(0, event.kind === "reload" && event.outcome === "refused" ? 2 : undefined)
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
