import type { YamlEntry, YamlMap, YamlNode } from "../lib/yaml-tree.ts"
import type { FieldDraft, OptionDraft } from "./drafts.ts"
import type { FieldOptionName } from "./field-options.ts"
import { fieldOptionNames, fieldOptions, isFieldOption, validationOptionNames } from "./field-options.ts"
import { fieldCountMax } from "./limits.ts"
import type { NamedPart } from "./named-parts.ts"
import { namedParts } from "./named-parts.ts"
import type { ProblemList } from "./problem-list.ts"
import { didYouMean } from "./problem-list.ts"
import { readMap } from "./read-values.ts"
import { fieldTypes } from "./schema.ts"

/** Takes `fields:` of a collection apart, in either notation. */
export function parseFields(collection: string, node: YamlNode, problems: ProblemList): readonly FieldDraft[] {
  const parts = namedParts(node, "field", problems)
  if (parts.length > fieldCountMax) {
    const message = `${collection} has ${parts.length} fields; at most ${fieldCountMax} are allowed.`
    problems.add("TOO_MANY", node.at, message)
    return []
  }
  return parts.map((part) => parseField(collection, part, problems)).filter((draft) => draft !== null)
}

function parseField(collection: string, part: NamedPart, problems: ProblemList): FieldDraft | null {
  const label = `${collection}.${part.name}`
  if (part.value.kind === "scalar") {
    const word = String(part.value.value ?? "string")
    const type = (fieldTypes as readonly string[]).includes(word) ? word : "string"
    const message = `Field ${label} has no options.`
    problems.add("WRONG_SHAPE", part.value.at, message, `Write ${part.name}: { type: ${type} }.`)
    return null
  }
  const map = readMap(part.value, `Field ${label}`, problems)
  if (map === null) return null
  const options = new Map<FieldOptionName, OptionDraft>()
  for (const entry of map.entries) {
    if (entry.key === "name") continue
    if (entry.key === "validate") readValidations(label, entry, options, problems)
    else addOption(label, entry, fieldOptionNames, options, problems)
  }
  return { name: part.name, at: part.at, options }
}

function readValidations(
  label: string,
  entry: YamlEntry,
  options: Map<FieldOptionName, OptionDraft>,
  problems: ProblemList,
): void {
  const map: YamlMap | null = readMap(entry.value, `validate of ${label}`, problems)
  for (const validation of map?.entries ?? []) addOption(label, validation, validationOptionNames, options, problems)
}

function addOption(
  label: string,
  entry: YamlEntry,
  allowed: readonly FieldOptionName[],
  options: Map<FieldOptionName, OptionDraft>,
  problems: ProblemList,
): void {
  const { key, keyAt, value } = entry
  if (!isFieldOption(key)) {
    const known: readonly string[] = allowed === fieldOptionNames ? [...allowed, "validate"] : allowed
    const message = `Field ${label} has the option ${JSON.stringify(key)}, which does not exist.`
    problems.add("OPTION_UNKNOWN", keyAt, message, () => didYouMean(key, known, "Options"))
    return
  }
  if (!allowed.includes(key)) {
    const next = `Write it beside validate, not under it: ${fieldOptions[key].description}`
    problems.add("OPTION_UNKNOWN", keyAt, `${key} of ${label} is not a validation.`, next)
    return
  }
  if (options.has(key)) {
    const message = `Field ${label} has the option ${key} twice: on the field and under validate.`
    problems.add("OPTION_TWICE", keyAt, message, "Keep one of them.")
    return
  }
  options.set(key, { keyAt, value })
}
