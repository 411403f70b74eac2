import { Box, Text } from "ink"

import type { DevSnapshot } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"
import { renderError } from "../render-error.ts"

/** What keeps the written files from being served, with their lines, cut to the rows there are; empty when all is well. */
export function problemLines({ stats }: DevSnapshot, look: LogLook, rowsMax: number): readonly string[] {
  if (stats === null || stats.problem === null) return []
  const lines = renderError(stats.problem, look)
    .split("\n")
    .filter((line) => line !== "")
  const shown = lines.length > rowsMax ? [...lines.slice(0, rowsMax - 1), look.paint("quiet", "…")] : lines
  return [...shown, ""]
}

/** The lines of the problem. */
export function DevProblem({ lines }: { lines: readonly string[] }): React.JSX.Element {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {lines.map((line, row) => (
        // oxlint-disable-next-line react/no-array-index-key -- a line is its place
        <Text key={row} wrap="truncate">
          {line === "" ? " " : line}
        </Text>
      ))}
    </Box>
  )
}
