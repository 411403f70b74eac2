import { inspect } from "./inspect.ts"
import { domString } from "./web-idl.ts"

/** Joins what was given to `console.log`, with `%s` and its like, as Node's `util.format` does. */
export function formatMessage(values: readonly unknown[]): string {
  const [first, ...rest] = values
  if (typeof first !== "string") return values.map(show).join(" ")
  if (rest.length === 0) return first
  let used = 0
  const text = first.replace(/%[sdifjoOc%]/g, (mark) => {
    if (mark === "%%") return "%"
    if (used >= rest.length) return mark
    return substitute(mark, rest[used++])
  })
  return [text, ...rest.slice(used).map(show)].join(" ")
}

function show(value: unknown): string {
  return typeof value === "string" ? value : inspect(value)
}

function substitute(mark: string, value: unknown): string {
  switch (mark) {
    case "%s":
      return shownAsString(value)
    case "%d":
      if (typeof value === "bigint") return `${value}n`
      return typeof value === "symbol" || typeof value === "object" ? numberText(value) : shownNumber(Number(value))
    case "%i":
      if (typeof value === "bigint") return `${value}n`
      return typeof value === "symbol" ? "NaN" : shownNumber(Number.parseInt(String(value)))
    case "%f":
      return typeof value === "symbol" ? "NaN" : shownNumber(Number.parseFloat(String(value)))
    case "%j":
      return jsonText(value)
    case "%o":
      return inspect(value, { showHidden: true, depth: 4 })
    case "%O":
      return inspect(value)
    default:
      return ""
  }
}

function numberText(value: unknown): string {
  return typeof value === "symbol" ? "NaN" : shownNumber(Number(value))
}

function shownNumber(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value)
}

function shownAsString(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`
  if (typeof value === "number") return shownNumber(value)
  if (typeof value !== "object" || value === null) return String(value)
  const own = (value as { toString?: unknown }).toString
  const isOwn = typeof own === "function" && own !== Object.prototype.toString && own !== Array.prototype.toString
  if (isOwn && !(value instanceof Date) && !(value instanceof Map)) return domString(value)
  return inspect(value, { depth: 0 })
}

function jsonText(value: unknown): string {
  try {
    return domString(JSON.stringify(value))
  } catch (error) {
    if (error instanceof TypeError && /circular/i.test(error.message)) return "[Circular]"
    throw error
  }
}
