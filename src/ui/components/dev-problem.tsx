import { stripVTControlCharacters } from "node:util"

import { Box, Text } from "ink"

import type { DevSnapshot } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"
import { renderError } from "../render-error.ts"
import { widthOf, wrapText } from "../wrap-text.ts"

/**
 * What keeps the written files from being served, in the room there is; empty when all is well. Where it does not fit,
 * the lines of the files go first, then the middle; what to do about it stays.
 */
export function problemLines(
  { stats }: DevSnapshot,
  look: LogLook,
  room: { readonly rows: number; readonly columns: number },
): readonly string[] {
  if (stats === null || stats.problem === null) return []
  const whole = linesOf(renderError(stats.problem, look), room.columns)
  if (whole.length <= room.rows) return [...whole, ""]
  const bare = linesOf(renderError(stats.problem, { ...look, readText: () => undefined }), room.columns)
  if (bare.length <= room.rows) return [...bare, ""]
  const next = bare.findLastIndex((line) => stripVTControlCharacters(line).trimStart().startsWith("Next: "))
  const advice = next === -1 ? [] : bare.slice(next, next + room.rows - 2)
  return [...bare.slice(0, room.rows - advice.length - 1), look.paint("quiet", "…"), ...advice, ""]
}

function linesOf(text: string, columns: number): readonly string[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .flatMap((line) => wrapLine(line, columns))
}

/** Goes on under itself; a line of a file stays whole, since a caret points into it. */
function wrapLine(line: string, columns: number): readonly string[] {
  const plain = stripVTControlCharacters(line)
  if (widthOf(line) <= columns || /^ *\d* \| /.test(plain)) return [line]
  const indent = plain.length - plain.trimStart().length
  return wrapText(line.trimStart(), { columns, indent }).split("\n")
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
