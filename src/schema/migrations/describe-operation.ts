import type { Fill, Operation } from "./migration.ts"
import { isOnlyComments } from "./operation-reader.ts"

/** How much of a value or of SQL a line repeats. */
const shownLengthMax = 60

/** What an operation does, in one line. */
export function describeOperation(operation: Operation): string {
  switch (operation.type) {
    case "rename_field":
      return `${operation.collection}.${operation.from} → ${operation.collection}.${operation.to}`
    case "rename_collection":
      return `${operation.from} → ${operation.to}`
    case "drop_field":
      return `- ${operation.collection}.${operation.field}`
    case "drop_collection":
      return `- ${operation.collection}`
    case "add_field": {
      const { type } = (operation.definition ?? {}) as { readonly type?: unknown }
      return `+ ${operation.collection}.${operation.field} (${String(type)})${filled(operation.fill, "filled with")}`
    }
    case "change_type": {
      const using = operation.using === null ? "" : `, using ${cut(operation.using)}`
      return `~ ${operation.collection}.${operation.field} → ${operation.to}${using}`
    }
    case "set_nullable": {
      const label = `~ ${operation.collection}.${operation.field}`
      return operation.nullable ? `${label} nullable` : `${label} required${filled(operation.fill, "null becomes")}`
    }
    case "set_constraints": {
      const set = Object.entries(operation.set).map(([name, value]) => `${name} ${shownConstraint(value)}`)
      const label = `~ ${operation.collection}.${operation.field}`
      return `${label} ${set.join(", ")}${filled(operation.fill, "others become")}`
    }
    case "sql":
      return `sql: ${cut(firstStatement(operation.up))}`
  }
}

function shownConstraint(value: unknown): string {
  return value === null ? "none" : cut(typeof value === "string" ? value : JSON.stringify(value))
}

function filled(fill: Fill | null, words: string): string {
  if (fill === null) return ""
  return `, ${words} ${cut(fill.kind === "value" ? JSON.stringify(fill.value) : fill.expression)}`
}

/** Without the comments that begin a script, which say less than what it does. */
function firstStatement(sql: string): string {
  const lines = sql.split("\n")
  const first = lines.findIndex((line) => !isOnlyComments(line))
  return lines.slice(Math.max(0, first)).join("\n")
}

function cut(text: string): string {
  const line = text.replaceAll(/\s+/g, " ").trim()
  return line.length > shownLengthMax ? `${line.slice(0, shownLengthMax - 1)}…` : line
}
