import type { Paint } from "../paint.ts"

const keys: readonly (readonly [title: string, rows: readonly (readonly [keys: string, what: string])[]])[] = [
  [
    "Move",
    [
      ["Tab  Shift-Tab  ← →", "the next pane, the one before"],
      ["↑ ↓  j k", "an entry up or down"],
      ["PgUp PgDn", "a page up or down"],
      ["Home End  g G", "the oldest; the newest, which is followed again"],
      ["Enter", "open the request, change or function in full"],
      ["Esc  Backspace", "back"],
      ["z", "the focused pane alone, and all again"],
    ],
  ],
  [
    "Find",
    [
      ["/", "show only what contains a text; Enter keeps it, Esc clears it"],
      ["e", "errors only, and everything again"],
      ["p", "hold the view while the daemon goes on; again shows what came"],
      ["c", "clear the focused pane"],
    ],
  ],
  [
    "When a change waits for you",
    [
      ["w", "write it as a file in migrations/, to be edited"],
      ["a", "apply it now; what could mean two things is asked"],
      ["u", "put schema.yaml back as it was last applied"],
      ["v", "read the whole plan"],
    ],
  ],
  [
    "Leave",
    [
      ["o", "open the API page in the browser"],
      ["q", "leave; the daemon goes on in the background"],
      ["Q", "stop the daemon and leave"],
      ["Ctrl-C", "like q; twice within a second, like Q"],
    ],
  ],
]

/** What every key does. */
export function helpLines(paint: Paint): readonly string[] {
  return keys.flatMap(([title, rows], index) => [
    ...(index === 0 ? [] : [""]),
    paint("strong", title),
    ...rows.map(([names, what]) => `  ${paint("name", names.padEnd(21))}${what}`),
  ])
}
