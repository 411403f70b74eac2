import { Box, Text } from "ink"
import { memo } from "react"

/** Lines that are no wider than the window: drawn as they are, and again only when one changed. */
export const Lines = memo(
  function Lines({ lines }: { lines: readonly string[] }): React.JSX.Element | null {
    if (lines.length === 0) return null
    return (
      <Box flexDirection="column" flexShrink={0} height={lines.length} overflow="hidden">
        <Text wrap="truncate">{lines.map((line) => (line === "" ? " " : line)).join("\n")}</Text>
      </Box>
    )
  },
  (before, after) => before.lines.join("\n") === after.lines.join("\n"),
)
