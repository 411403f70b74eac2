import { Box, Text } from "ink"
import { memo } from "react"

/**
 * Lines that are no wider than the window. Each is a text of its own: Ink keeps the measures of the last thousands of
 * texts, which may be lines, and must not be screens.
 */
export function Lines({ lines }: { lines: readonly string[] }): React.JSX.Element {
  return (
    <Box flexDirection="column" flexShrink={0} height={lines.length} overflow="hidden">
      {lines.map((line, row) => (
        // oxlint-disable-next-line react/no-array-index-key -- a line is its place
        <Line key={row} text={line} />
      ))}
    </Box>
  )
}

const Line = memo(function Line({ text }: { text: string }): React.JSX.Element {
  return <Text wrap="truncate">{text === "" ? " " : text}</Text>
})
