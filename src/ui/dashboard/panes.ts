/** The panes of the dashboard, in the order in which Tab goes through them. */
export const paneNames = ["requests", "changes", "events", "functions"] as const

export type PaneName = (typeof paneNames)[number]

/** What stands in the frame of a pane. */
export const paneTitles: Readonly<Record<PaneName, string>> = {
  requests: "Requests",
  changes: "Changes",
  events: "Events",
  functions: "Functions",
}

/** The pane that Tab leads to from this one, or Shift-Tab. */
export function paneAfter(pane: PaneName, step: 1 | -1): PaneName {
  const index = paneNames.indexOf(pane) + step + paneNames.length
  return paneNames[index % paneNames.length]!
}
