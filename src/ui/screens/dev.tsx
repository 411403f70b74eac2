import { Box, Text, useInput, useWindowSize } from "ink"
import { useEffect, useRef, useSyncExternalStore } from "react"

import { DevEvents } from "../components/dev-events.tsx"
import { DevHeader } from "../components/dev-header.tsx"
import { DevProblem, problemLines } from "../components/dev-problem.tsx"
import { DevRequests } from "../components/dev-requests.tsx"
import type { DevSnapshot, DevStore } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"
import { widthOf, wrapText } from "../wrap-text.ts"

/** From this width on the two lists stand side by side. */
const wideColumns = 110

/** Where it serves, what it holds, and a gap. */
const headerRows = 3

/** The title of a pane and one line. */
const paneRowsMin = 2

/** How many lines a message may take. */
const messageRowsMax = 3

/** How long after the first Ctrl-C a second one still means "stop the daemon". */
const secondPressMs = 1_000

/** The dashboard of `alyx dev`. It shows what is in the store and says which key was pressed; it does nothing itself. */
export function DevScreen(props: {
  readonly store: DevStore
  readonly look: LogLook
  readonly onLeave: (how: "detach" | "stop") => void
}): React.JSX.Element {
  const { store, look } = props
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot)
  const { columns, rows } = useWindowSize()
  useLeaveKeys(props)

  const bar = barLines(snapshot.message, look, columns)
  const freeRows = rows - headerRows - bar.length
  const problemRows = Math.max(3, Math.min(Math.ceil(freeRows * 0.6), freeRows - paneRowsMin - 1))
  const problem = problemLines(snapshot, look, { rows: problemRows, columns })
  const listRows = Math.max(paneRowsMin, freeRows - problem.length - 1)
  const wide = columns >= wideColumns
  // Below each other, two panes of which one shows nothing are worse than one.
  const stacked = !wide && listRows >= 2 * paneRowsMin + 1
  const eventRows = wide ? listRows : Math.max(paneRowsMin, Math.floor((listRows - 1) / 3))
  const requestRows = stacked ? listRows - eventRows - 1 : listRows
  const paneColumns = wide ? Math.floor((columns - 2) / 2) : columns
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <DevHeader snapshot={snapshot} look={look} />
      <DevProblem lines={problem} />
      <Box flexDirection={wide ? "row" : "column"} columnGap={2} flexGrow={1} overflow="hidden">
        <DevRequests snapshot={snapshot} look={look} rows={requestRows} columns={paneColumns} />
        {(wide || stacked) && <DevEvents snapshot={snapshot} look={look} rows={eventRows} columns={paneColumns} />}
      </Box>
      <KeyBar lines={bar} />
    </Box>
  )
}

/** q leaves the daemon running, Q stops it. Ctrl-C is q, unless it is pressed twice: then it is Q. */
function useLeaveKeys({ store, onLeave }: Parameters<typeof DevScreen>[0]): void {
  const pressed = useRef<NodeJS.Timeout | undefined>(undefined)
  useEffect(() => () => clearTimeout(pressed.current), [])
  useInput((input, key) => {
    if (key.ctrl && input === "c") {
      if (pressed.current !== undefined) return onLeave("stop")
      store.setMessage({ urgent: false, text: "Leaving the daemon running. Ctrl-C again stops it." })
      pressed.current = setTimeout(() => onLeave("detach"), secondPressMs)
      return
    }
    if (input === "q") onLeave("detach")
    else if (input === "Q") onLeave("stop")
  })
}

/** The keys, and what is to be said: beside them where it fits, else above them, whole. */
function barLines(message: DevSnapshot["message"], look: LogLook, columns: number): readonly string[] {
  const keys = `${look.paint("strong", "q")} leave it running  ${look.paint("strong", "Q")} stop it`
  if (message === null) return [keys]
  const paint = (text: string): string => look.paint(message.urgent ? "bad" : "warn", text)
  if (widthOf(keys) + 3 + message.text.length <= columns) return [`${keys}   ${paint(message.text)}`]
  const lines = wrapText(message.text, { columns, indent: 0 }).split("\n")
  return [...lines.slice(0, messageRowsMax).map(paint), keys]
}

function KeyBar({ lines }: { lines: readonly string[] }): React.JSX.Element {
  return (
    <Box flexDirection="column" flexShrink={0}>
      {lines.map((line) => (
        <Text key={line} wrap="truncate">
          {line}
        </Text>
      ))}
    </Box>
  )
}
