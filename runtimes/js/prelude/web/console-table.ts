import { inspect } from "./inspect.ts"

/** Rows as a table with lines, as Node's `console.table` draws it; null for what has no rows. */
export function consoleTable(value: unknown, columns?: readonly string[]): string | null {
  if (typeof value !== "object" || value === null) return null
  const isMap = value instanceof Map
  const isSet = value instanceof Set
  const items: [string, unknown][] =
    isMap || isSet ? [...value].map((item, at) => [String(at), item]) : Object.entries(value)
  const names: string[] = []
  let hasValues = false
  const rows = items.map(([index, item]) => {
    const cells = new Map<string, string>()
    const isRow = typeof item === "object" && item !== null && !isMap && !(item instanceof Date)
    if (!isRow) hasValues = true
    else for (const [name, cell] of Object.entries(item)) cells.set(name, inspect(cell, { depth: 0 }))
    for (const name of cells.keys()) if (!names.includes(name)) names.push(name)
    return { index, cells, value: isRow ? "" : inspect(item, { depth: 0 }) }
  })
  const head = [
    isMap || isSet ? "(iteration index)" : "(index)",
    ...(columns ?? names),
    ...(hasValues ? ["Values"] : []),
  ]
  const body = rows.map((row) => [
    row.index,
    ...(columns ?? names).map((name) => row.cells.get(name) ?? ""),
    ...(hasValues ? [row.value] : []),
  ])
  return draw(head, body)
}

function draw(head: readonly string[], body: readonly (readonly string[])[]): string {
  const widths = head.map(
    (title, at) => Math.max(...[title, ...body.map((row) => row[at] ?? "")].map((cell) => cell.length)) + 2,
  )
  const line = (left: string, middle: string, right: string): string =>
    left + widths.map((width) => "─".repeat(width)).join(middle) + right
  const row = (cells: readonly string[]): string =>
    `│${cells.map((cell, at) => ` ${cell}`.padEnd(widths[at] ?? 0)).join("│")}│`
  return [line("┌", "┬", "┐"), row(head), line("├", "┼", "┤"), ...body.map(row), line("└", "┴", "┘")].join("\n")
}
