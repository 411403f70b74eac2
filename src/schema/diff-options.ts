import { isDeepStrictEqual } from "node:util"

import { uniqueIfRowsFit } from "./diff-indexes.ts"
import type { FieldOptionName } from "./field-options.ts"
import type { Field, FieldDefault, Reference } from "./schema.ts"
import type { ChangeJudgement, SchemaChange } from "./schema-change.ts"
import { safeChange, safeIf } from "./schema-change.ts"
import { sameRule } from "./schema-json.ts"

/** How one option of a field is compared. */
interface OptionComparison {
  readonly option: FieldOptionName
  /** The value as messages show it; equal text means an equal option. */
  readonly show: (field: Field) => string
  /** True when some value that the old field allowed is refused by the new one. */
  readonly isStricter: (old: Field, field: Field) => boolean
}

const never = (): boolean => false

const comparisons: readonly OptionComparison[] = [
  { option: "nullable", show: (field) => String(field.nullable), isStricter: (old) => old.nullable },
  { option: "index", show: (field) => String(field.index), isStricter: never },
  { option: "default", show: (field) => showDefault(field.default), isStricter: never },
  { option: "onUpdate", show: (field) => (field.updatedToNow ? "now" : "none"), isStricter: never },
  {
    option: "references",
    show: (field) => showReference(field.references),
    isStricter: (_, field) => field.references !== null,
  },
  { option: "onDelete", show: (field) => field.references?.onDelete ?? "none", isStricter: never },
  { option: "internal", show: (field) => String(field.internal), isStricter: never },
  lowerBound("minLength"),
  upperBound("maxLength"),
  lowerBound("min"),
  upperBound("max"),
  {
    option: "format",
    show: (field) => field.format ?? "none",
    isStricter: (_, field) => field.format !== null,
  },
  {
    option: "pattern",
    show: (field) => field.pattern ?? "none",
    isStricter: (_, field) => field.pattern !== null,
  },
  {
    option: "enum",
    // The order of the values means nothing.
    show: (field) => (field.enum === null ? "none" : JSON.stringify(field.enum.toSorted(byText))),
    isStricter: (old, field) => field.enum !== null && !includesAll(field.enum, old.enum),
  },
]

function byText(a: string | number, b: string | number): number {
  return String(a) < String(b) ? -1 : 1
}

function includesAll(values: readonly (string | number)[], wanted: readonly (string | number)[] | null): boolean {
  return wanted !== null && wanted.every((value) => values.includes(value))
}

function lowerBound(option: "min" | "minLength"): OptionComparison {
  const bound = (field: Field): number => field[option] ?? (option === "minLength" ? 0 : -Infinity)
  return {
    option,
    show: (field) => String(field[option] ?? "none"),
    isStricter: (old, field) => bound(field) > bound(old),
  }
}

function upperBound(option: "max" | "maxLength"): OptionComparison {
  const bound = (field: Field): number => field[option] ?? Infinity
  return {
    option,
    show: (field) => String(field[option] ?? "none"),
    isStricter: (old, field) => bound(field) < bound(old),
  }
}

/** Lists the differences between the options of two versions of a field. */
export function diffFieldOptions(collection: string, old: Field, field: Field): readonly SchemaChange[] {
  const changes: SchemaChange[] = [...diffUnique(collection, old, field)]
  for (const { option, show, isStricter } of comparisons) {
    const [before, after] = [show(old), show(field)]
    // The action goes with its reference: it has a line of its own only when the reference stays.
    const isPartOfReference = option === "onDelete" && showReference(old.references) !== showReference(field.references)
    if (before === after || isPartOfReference) continue
    const judgement = isStricter(old, field) ? stricter(collection, field, option) : safeChange
    changes.push(optionChange({ collection, field, option, detail: `${before} → ${after}`, judgement }))
  }
  if (!isDeepStrictEqual(old.jsonSchema, field.jsonSchema)) {
    const judgement = field.jsonSchema === null ? safeChange : stricter(collection, field, "schema")
    changes.push(optionChange({ collection, field, option: "schema", detail: "changed", judgement }))
  }
  const rules = (["read", "write"] as const).filter(
    (operation) => !sameRule(old.rules[operation], field.rules[operation]),
  )
  if (rules.length > 0) {
    const message = `~ ${collection}.${field.name} rules: ${rules.join(", ")}`
    changes.push({ kind: "change-rules", collection, field: field.name, message, ...safeChange })
  }
  return changes
}

function diffUnique(collection: string, old: Field, field: Field): readonly SchemaChange[] {
  if (old.unique === field.unique) return []
  const judgement = field.unique && !field.primary ? uniqueIfRowsFit(collection, [field.name]) : safeChange
  const detail = `${old.unique} → ${field.unique}`
  return [optionChange({ collection, field, option: "unique", detail, judgement })]
}

function optionChange(parts: {
  readonly collection: string
  readonly field: Field
  readonly option: FieldOptionName
  readonly detail: string
  readonly judgement: ChangeJudgement
}): SchemaChange {
  const { collection, field, option, detail, judgement } = parts
  const message = `~ ${collection}.${field.name} ${option} ${detail}`
  return { kind: "change-option", collection, field: field.name, option, message, ...judgement }
}

function stricter(collection: string, field: Field, option: FieldOptionName): ChangeJudgement {
  const label = `${collection}.${field.name}`
  const reason = `Documents of ${collection} may hold values in ${label} that the stricter ${option} refuses.`
  return safeIf({ kind: "no-rows" }, reason, `Restore ${option} of ${label}, or change it with a migration.`)
}

function showDefault(value: FieldDefault | null): string {
  if (value === null) return "none"
  return value.kind === "literal" ? JSON.stringify(value.value) : value.kind
}

function showReference(reference: Reference | null): string {
  return reference === null ? "none" : `${reference.collection}.${reference.field}`
}
