import { Box, Text, Transform } from "ink"
import { memo } from "react"

/** Lines that are no wider than the window. */
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

/**
 * Ink measures a blank and draws the line in its place: measuring costs as much as drawing, Ink keeps the measures of
 * thousands of texts, and how wide a line is was known when it was made.
 */
const Line = memo(function Line({ text }: { text: string }): React.JSX.Element {
  return (
    <Transform transform={() => (text === "" ? " " : text)}>
      <Text> </Text>
    </Transform>
  )
})
