import type { Collection, Index } from "./schema.ts"
import type { ChangeJudgement, SchemaChange } from "./schema-change.ts"
import { safeChange, safeIf } from "./schema-change.ts"

/** Lists the differences between the declared indexes of two versions of a collection. */
export function diffIndexes(before: Collection, after: Collection): readonly SchemaChange[] {
  const oldByName = new Map(before.indexes.map((index) => [index.name, index]))
  const newNames = new Set(after.indexes.map((index) => index.name))
  const changes: SchemaChange[] = []
  for (const index of after.indexes) {
    const old = oldByName.get(index.name)
    if (old !== undefined && describeIndex(old) === describeIndex(index)) continue
    const kind = old === undefined ? "add-index" : "change-index"
    const message = `${old === undefined ? "+" : "~"} ${after.name} index ${index.name} ${describeIndex(index)}`
    changes.push({
      kind,
      collection: after.name,
      index: index.name,
      message,
      ...judgeIndex(index, before, after),
    })
  }
  for (const index of before.indexes) {
    if (newNames.has(index.name)) continue
    const message = `- ${after.name} index ${index.name}`
    changes.push({
      kind: "remove-index",
      collection: after.name,
      index: index.name,
      message,
      ...safeChange,
    })
  }
  return changes
}

function describeIndex(index: Index): string {
  const fields = index.fields.map((field) => (field.order === "desc" ? `${field.name} desc` : field.name))
  return `(${fields.join(", ")})${index.unique ? " unique" : ""}`
}

function judgeIndex(index: Index, before: Collection, after: Collection): ChangeJudgement {
  if (!index.unique) return safeChange
  const names = index.fields.map((field) => field.name)
  const wasUnique =
    before.indexes.some((old) => old.unique && old.fields.every((field) => names.includes(field.name))) ||
    names.some((name) => before.fields.get(name)?.unique === true || before.primaryKey.name === name)
  if (wasUnique) return safeChange
  return uniqueIfRowsFit(after.name, names)
}

/** The judgement of a new promise that rows differ: it holds, or the start names the rows that break it. */
export function uniqueIfRowsFit(collection: string, fields: readonly string[]): ChangeJudgement {
  return safeIf(
    { kind: "no-duplicates", fields },
    `Documents of ${collection} may have equal values in ${fields.join(", ")}.`,
    "Make the values differ first.",
  )
}
