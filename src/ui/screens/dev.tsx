import { Box, Text, useInput, useWindowSize } from "ink"
import { useEffect, useRef, useSyncExternalStore } from "react"

import { DevEvents } from "../components/dev-events.tsx"
import { DevHeader } from "../components/dev-header.tsx"
import { DevProblem, problemLines } from "../components/dev-problem.tsx"
import { DevRequests } from "../components/dev-requests.tsx"
import type { DevStore } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"

/** From this width on the two lists stand side by side. */
const wideColumns = 110

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

  const headerRows = 3
  const problem = problemLines(snapshot, look, Math.max(3, Math.floor((rows - headerRows) / 2)))
  const listRows = Math.max(2, rows - headerRows - problem.length - 2)
  const wide = columns >= wideColumns
  const eventRows = wide ? listRows : Math.max(1, Math.floor((listRows - 1) / 3))
  const requestRows = wide ? listRows : listRows - eventRows - 1
  const paneColumns = wide ? Math.floor((columns - 2) / 2) : columns
  return (
    <Box flexDirection="column" width={columns} height={rows} overflow="hidden">
      <DevHeader snapshot={snapshot} look={look} />
      <DevProblem lines={problem} />
      <Box flexDirection={wide ? "row" : "column"} columnGap={2} flexGrow={1} overflow="hidden">
        <DevRequests snapshot={snapshot} look={look} rows={requestRows} columns={paneColumns} />
        <DevEvents snapshot={snapshot} look={look} rows={eventRows} columns={paneColumns} />
      </Box>
      <KeyBar message={snapshot.message} look={look} />
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

function KeyBar({ message, look }: { message: ReturnType<DevStore["snapshot"]>["message"]; look: LogLook }) {
  const keys = `${look.paint("strong", "q")} leave it running  ${look.paint("strong", "Q")} stop it`
  const said = message === null ? "" : look.paint(message.urgent ? "bad" : "warn", message.text)
  return (
    <Box flexShrink={0}>
      <Text wrap="truncate">{said === "" ? keys : `${keys}   ${said}`}</Text>
    </Box>
  )
}
