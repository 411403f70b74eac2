import type { SchemaJson } from "../../schema/schema-json.ts"

const keywords = (
  "SELECT FROM WHERE GROUP BY HAVING ORDER LIMIT OFFSET JOIN LEFT INNER CROSS ON USING AS DISTINCT UNION ALL EXCEPT " +
  "INTERSECT WITH RECURSIVE VALUES INSERT INTO UPDATE SET DELETE RETURNING AND OR NOT NULL IS IN LIKE GLOB BETWEEN EXISTS " +
  "CASE WHEN THEN ELSE END ASC DESC EXPLAIN QUERY PLAN COUNT SUM AVG MIN MAX"
).split(" ")

/** The commands of the shell itself. */
export const dotCommands = [".help", ".indexes", ".mode", ".quit", ".schema", ".tables", ".write"] as const

/** Completes the last word of a line: keywords, collections and fields, or a command of the shell. */
export function completeSql(line: string, schema: SchemaJson): [string[], string] {
  if (/^\.\w*$/.test(line)) return [dotCommands.filter((word) => word.startsWith(line)), line]
  const word = /[\w.]*$/.exec(line)![0]
  const start = word.slice(word.lastIndexOf(".") + 1)
  const lower = start.toLowerCase()
  const names = schema.collections.flatMap(({ name, fields }) => [name, ...fields.map((field) => field.name)])
  const isUpper = start !== "" && start === start.toUpperCase() && start !== lower
  const words = keywords.map((keyword) => (isUpper || start === "" ? keyword : keyword.toLowerCase()))
  const found = [...new Set([...names, ...words])].filter((candidate) => candidate.toLowerCase().startsWith(lower))
  return [found.toSorted(), start]
}
