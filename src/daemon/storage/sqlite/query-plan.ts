import type { SlowReadFacts } from "../database.ts"

/** A table with more rows than this is large: walking or sorting it would keep every other request waiting. */
export const largeTableRowCount = 20_000

/**
 * Decides by the lines of EXPLAIN QUERY PLAN whether a query walks a whole table or index, or sorts, rather than
 * searching: then it runs in the reader process as soon as one of its tables is large.
 */
export function needsReaderProcess(plan: readonly string[], facts: SlowReadFacts, rowCount: number): boolean {
  return rowCount > largeTableRowCount && walksOrSorts(plan, facts)
}

/** The same without regard to the size of the tables. */
export function walksOrSorts(plan: readonly string[], facts: SlowReadFacts): boolean {
  const subqueries = new Set(plan.map(subqueryName).filter((name) => name !== undefined))
  return plan.some(
    (line) => line.includes("TEMP B-TREE") || (facts.unfiltered !== true && walksTable(line, subqueries)),
  )
}

/** "CO-ROUTINE page", "MATERIALIZE page": what is scanned under this name later is no table. */
function subqueryName(line: string): string | undefined {
  return /^(?:CO-ROUTINE|MATERIALIZE) (\S+)/.exec(line)?.[1]
}

/** "SCAN t", "SCAN t USING INDEX i"; not "SCAN 3 CONSTANT ROWS", and not a function such as json_each. */
function walksTable(line: string, subqueries: ReadonlySet<string>): boolean {
  const [, name] = /^SCAN (\S+)/.exec(line) ?? []
  if (name === undefined || subqueries.has(name) || /^(?:\d|CONSTANT|\()/.test(name)) return false
  return !line.includes("VIRTUAL TABLE") && !line.includes("VALUES CLAUSE")
}
