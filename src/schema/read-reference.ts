import type { OptionReader } from "./option-reader.ts"
import type { ProblemList } from "./problem-list.ts"
import type { Reference } from "./schema.ts"
import { onDeleteActions } from "./schema.ts"

/** Reads `references:` and `onDelete:`; whether the target exists is checked once all collections are known. */
export function readReference(parts: {
  readonly label: string
  readonly nullable: boolean
  readonly options: OptionReader
  readonly problems: ProblemList
}): Reference | null {
  const { label, nullable, options, problems } = parts
  const onDelete = options.word("onDelete", onDeleteActions)
  if (options.option("references") === undefined) {
    if (options.option("onDelete") !== undefined) {
      const message = `Field ${label} has onDelete but references nothing.`
      problems.add("OPTIONS_CONTRADICT", options.place("onDelete"), message, "Add references: collection.field.")
    }
    return null
  }
  if (onDelete === "set null" && !nullable) {
    const message = `Field ${label} has onDelete: set null but is not nullable.`
    problems.add("OPTIONS_CONTRADICT", options.place("onDelete"), message, "Add nullable: true, or use cascade.")
  }
  const target = options.text("references")
  if (target === null) return null
  const [collection = "", field = "", ...rest] = target.split(".")
  if (collection !== "" && field !== "" && rest.length === 0) {
    return { collection, field, onDelete: onDelete ?? "restrict" }
  }
  const next = collection === "" ? "Write it as users.id." : `Write it as collection.field, such as ${collection}.id.`
  const message = `references of ${label} must name a collection and a field, not ${JSON.stringify(target)}.`
  problems.add("REFERENCE_INVALID", options.place("references"), message, next)
  return null
}
