import type { Problem } from "../errors.ts"
import type { Paint } from "./paint.ts"
import { printable } from "./printable.ts"

/** Renders notices: one line each, with the place and what to do. */
export function renderNotices(notices: readonly Problem[], paint: Paint): string {
  return notices
    .map(({ at, message, next }) => {
      const place = at === undefined ? "" : `${at.file}:${at.line}:${at.column} `
      return `${paint("warn", "!")} ${place}${printable(message)}${next === undefined ? "" : ` ${printable(next)}`}`
    })
    .join("\n")
}
