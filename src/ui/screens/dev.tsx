import { Box, useInput, useWindowSize } from "ink"
import { useMemo, useRef, useSyncExternalStore } from "react"

import { Lines } from "../components/lines.tsx"
import type { Sight } from "../dashboard/dashboard-state.ts"
import { drawDashboard } from "../dashboard/draw-dashboard.ts"
import type { KeyName } from "../dashboard/key-name.ts"
import { keyNames } from "../dashboard/key-name.ts"
import type { OverlayText } from "../dashboard/overlay-lines.ts"
import { overlayText } from "../dashboard/overlay-text.ts"
import { panelLines } from "../dashboard/panel-lines.ts"
import type { DevSnapshot, DevStore } from "../dev-store.ts"
import type { LogLook } from "../log-line.ts"

/** From this many rows on a panel has a frame on all sides. */
const boxedRowsMin = 24

/** The dashboard of `alyx dev`. It shows what is in the store and says which key was pressed; it does nothing itself. */
export function DevScreen(props: {
  readonly store: DevStore
  readonly look: LogLook
  /** Called with what the person saw while pressing the key. */
  readonly onKey: (key: KeyName, sight: Sight) => void
}): React.JSX.Element {
  const { store, look, onKey } = props
  const snapshot = useSyncExternalStore(store.subscribe, store.snapshot)
  const window = useSizeOfWindow()
  const panel = usePanel(snapshot, look, window.rows)
  const overlay = useOverlay(snapshot, look)
  const drawing = drawDashboard(snapshot, { window, paint: look.paint, panel, overlay })
  useInput((input, key) => {
    for (const name of keyNames(input, key)) onKey(name, drawing.sight)
  })
  return (
    <Box flexDirection="column" width={window.columns} height={window.rows} overflow="hidden">
      <Lines lines={drawing.header} />
      <Lines lines={drawing.panel} />
      <Lines lines={drawing.body} />
      <Box flexGrow={1} />
      <Lines lines={drawing.bar} />
    </Box>
  )
}

/** Some terminals say that they have no size at all. */
function useSizeOfWindow(): { readonly columns: number; readonly rows: number } {
  const { columns, rows } = useWindowSize()
  return { columns: columns > 0 ? columns : 80, rows: rows > 0 ? rows : 24 }
}

/** Reads the files that a problem names only when there is something new to say, or another room. */
function usePanel(
  { stats, view: { question } }: DevSnapshot,
  look: LogLook,
  windowRows: number,
): (room: { readonly columns: number; readonly rows: number }) => readonly string[] {
  const kept = useRef<{ readonly of: object; readonly key: string; readonly lines: readonly string[] } | null>(null)
  return (room) => {
    if (stats === null) return []
    const key = `${room.columns}×${room.rows} ${question ?? ""}`
    if (kept.current?.of !== stats || kept.current.key !== key) {
      const style = windowRows >= boxedRowsMin ? "box" : "line"
      kept.current = { of: stats, key, lines: panelLines(stats, look, { ...room, style, question }) }
    }
    return kept.current.lines
  }
}

/** Lays the text of an overlay out when it is opened and when the width changes, not when it is scrolled. */
function useOverlay(snapshot: DevSnapshot, look: LogLook): (columns: number) => OverlayText | null {
  const { overlay } = snapshot.view
  const fetched = overlay === null || !("fetched" in overlay) ? null : overlay.fetched
  const entry = overlay === null || !("entry" in overlay) ? null : overlay.entry
  const plan = overlay?.kind === "plan" ? snapshot.stats?.plan : null
  return useMemo(() => {
    let kept: { readonly columns: number; readonly text: OverlayText | null } | undefined
    return (columns) => {
      if (kept?.columns !== columns) kept = { columns, text: overlayText(snapshot, { ...look, columns }) }
      return kept.text
    }
    // oxlint-disable-next-line react/exhaustive-deps -- the rest of the snapshot is not shown there
  }, [overlay?.kind, entry, fetched, plan])
}
