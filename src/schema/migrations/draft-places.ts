import type { SchemaChange } from "../schema-change.ts"
import type { Operation } from "./migration.ts"

/** What a change is about: "posts" or "posts.title". */
export function placeOfChange(change: SchemaChange): string {
  return "field" in change && change.field !== null ? `${change.collection}.${change.field}` : change.collection
}

/** What an operation is about, by the names before it. */
export function placeOfOperation(operation: Operation): string {
  if (operation.type === "sql") return "sql"
  if (operation.type === "rename_field") return `${operation.collection}.${operation.from}`
  if (operation.type === "rename_collection") return operation.from
  return "field" in operation ? `${operation.collection}.${operation.field}` : operation.collection
}
