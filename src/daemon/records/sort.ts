import type { CollectionPlan } from "./collection-plan.ts"
import type { SortKey } from "./order.ts"
import { quoted, suggestion } from "./query-problems.ts"
import type { QueryProblems } from "./query-problems.ts"
import type { RecordLimits } from "./records.ts"

/** What reading a sort needs. */
export interface SortFrame {
  readonly plan: CollectionPlan
  readonly limits: RecordLimits
  readonly problems: QueryProblems
}

/** Reads `sort=-created_at,title`. The primary key is added in the direction of the last key; alone it ascends. */
export function parseSort(frame: SortFrame, text: string | undefined): readonly SortKey[] {
  const { plan, limits, problems } = frame
  const keys: SortKey[] = []
  const words = text === undefined || text === "" ? [] : text.split(",")
  if (words.length > limits.sortKeyMax) {
    problems.query("TOO_MANY", `"sort" names ${words.length} fields; the limit is ${limits.sortKeyMax}.`)
    return keys
  }
  for (const word of words) {
    const key = parseKey(frame, word)
    if (key === undefined) continue
    if (keys.some((other) => other.field === key.field)) {
      problems.query("CONTRADICTION", `"sort" names the field "${key.field.name}" twice.`)
    } else keys.push(key)
  }
  const last = keys.at(-1)
  if (keys.some((key) => key.field === plan.key)) return keys
  return [...keys, { field: plan.key, descending: last?.descending ?? false }]
}

function parseKey({ plan, problems }: SortFrame, word: string): SortKey | undefined {
  const descending = word.startsWith("-")
  const name = descending ? word.slice(1) : word
  const field = plan.fields.get(name)
  if (field === undefined) {
    const next = suggestion(name, [...plan.fields.keys()])
    problems.query("UNKNOWN_FIELD", `${plan.collection.name} has no field ${quoted(name)} to sort by.`, next)
    return undefined
  }
  if (field.type === "json" || field.type === "blob") {
    problems.query("UNFIT_FIELD", `"${name}" is of type ${field.type}, which has no order to sort by.`)
    return undefined
  }
  return { field, descending }
}
