import { stripVTControlCharacters } from "node:util"

import { Box, Text } from "ink"

import type { DevSnapshot } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"
import { renderError } from "../render-error.ts"
import { widthOf, wrapText } from "../wrap-text.ts"

/**
 * What keeps the written files from being served, in the room there is; empty when all is well. Where it does not fit,
 * the lines of the files go first, then the ends of long sentences, then the middle; what to do about it stays.
 */
export function problemLines(
  { stats }: DevSnapshot,
  look: LogLook,
  room: { readonly rows: number; readonly columns: number },
): readonly string[] {
  if (stats === null || stats.problem === null) return []
  const whole = linesOf(renderError(stats.problem, look))
  const bare = linesOf(renderError(stats.problem, { ...look, readText: () => undefined }))
  const fitting = [whole, bare]
    .map((lines) => lines.flatMap((line) => wrapLine(line, room.columns)))
    .find((lines) => lines.length <= room.rows)
  if (fitting !== undefined) return [...fitting, ""]
  if (bare.length <= room.rows) return [...bare, ""]
  // The last line is the next step, where there is one.
  return [...bare.slice(0, room.rows - 2), look.paint("quiet", "…"), bare.at(-1)!, ""]
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").filter((line) => line !== "")
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
