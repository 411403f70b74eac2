import type { JsonValue } from "../schema.ts"
import type { Fill, Operation } from "./migration.ts"
import { yamlEntryLines, yamlInline } from "./yaml-text.ts"

/** Writes an operation as an item of `operations:`; each line stands for itself, without a margin. */
export function operationLines(operation: Operation): readonly string[] {
  const lines = bodyLines(operation)
  return [`- type: ${operation.type}`, ...lines.map((line) => (line === "" ? "" : `  ${line}`))]
}

function bodyLines(operation: Operation): readonly string[] {
  switch (operation.type) {
    case "rename_field":
      return entryLines({ collection: operation.collection, from: operation.from, to: operation.to })
    case "rename_collection":
      return entryLines({ from: operation.from, to: operation.to })
    case "drop_field":
      return entryLines({ collection: operation.collection, field: operation.field })
    case "drop_collection":
      return entryLines({ collection: operation.collection })
    case "add_field":
      return [
        ...entryLines({ collection: operation.collection, field: operation.field }),
        "definition:",
        ...definitionLines(operation.definition),
        ...fillLines(operation.fill),
      ]
    case "change_type": {
      const { collection, field, to, using, downUsing } = operation
      const given = { ...(using !== null && { using }), ...(downUsing !== null && { down_using: downUsing }) }
      return entryLines({ collection, field, to, ...given })
    }
    case "set_nullable": {
      const { collection, field, nullable } = operation
      return [...entryLines({ collection, field, nullable }), ...fillLines(operation.fill)]
    }
    case "set_constraints": {
      const { collection, field, set } = operation
      return [...entryLines({ collection, field, set: { ...set } }), ...fillLines(operation.fill)]
    }
    case "sql":
      return entryLines({ up: operation.up, ...(operation.down !== null && { down: operation.down }) })
  }
}

function entryLines(entries: Readonly<Record<string, JsonValue>>): readonly string[] {
  return Object.entries(entries).flatMap(([key, value]) => yamlEntryLines(key, value))
}

function fillLines(fill: Fill | null): readonly string[] {
  if (fill === null) return []
  return fill.kind === "value" ? yamlEntryLines("fill", fill.value) : yamlEntryLines("fill_sql", fill.expression)
}

/** A word that is no keyword because it stands in quotes gets them back. */
function definitionLines(definition: JsonValue): readonly string[] {
  const { type, default: given } = definition as { readonly type?: JsonValue; readonly default?: JsonValue }
  const isText = type === "string" || type === "text"
  return Object.entries(definition as { readonly [key: string]: JsonValue }).map(([key, value]) => {
    const literal = isText && key === "default" ? (given as { readonly literal?: JsonValue }).literal : undefined
    return `  ${key}: ${typeof literal === "string" ? JSON.stringify(literal) : yamlInline(value)}`
  })
}
