import type { Field } from "../../schema/schema.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { expandedPlans, parseExpand } from "./expand.ts"
import type { Expansion } from "./expand.ts"
import { documentParameters, sortParameters, unknownParameter } from "./parameters.ts"
import { QueryProblems, quoted, suggestion } from "./query-problems.ts"
import type { QueryPairs } from "./records.ts"

/** What `fields` and `expand` ask for, whoever asks. */
export interface Selection {
  /** Equal for equal text of both parameters. */
  readonly key: string
  readonly plan: CollectionPlan
  readonly fields: readonly Field[]
  /** Whether `fields` names them. */
  readonly namesFields: boolean
  readonly expansions: readonly Expansion[]
  /** The collection itself, then that of every expansion by its index. */
  readonly plans: readonly CollectionPlan[]
}

/** Reads the query of a request for one document; throws what is wrong with it. */
export function parseDocumentQuery(plan: CollectionPlan, pairs: QueryPairs): Selection {
  if (pairs.length === 0) return plainSelection(plan)
  const problems = new QueryProblems()
  const { single, others } = sortParameters(pairs, documentParameters, problems)
  for (const [name] of others) {
    if (problems.isFull) break
    unknownParameter(name, [...documentParameters], problems)
  }
  const selection = parseSelection(plan, single, problems)
  problems.throwIfAny()
  return selection
}

/** The selection of a query that asks for nothing special. */
export function plainSelection(plan: CollectionPlan): Selection {
  return plan.selections.get("", () => ({
    key: "",
    plan,
    fields: [...plan.fields.values()],
    namesFields: false,
    expansions: [],
    plans: [plan],
  }))
}

/** Reads `fields` and `expand`. */
export function parseSelection(
  plan: CollectionPlan,
  parameters: ReadonlyMap<string, string>,
  problems: QueryProblems,
): Selection {
  const fieldsText = parameters.get("fields")
  const expandText = parameters.get("expand")
  if (fieldsText === undefined && expandText === undefined) return plainSelection(plan)
  const key = `${fieldsText ?? "*"}|${expandText ?? ""}`
  const known = plan.selections.peek(key)
  if (known !== undefined) return known
  const ours = new QueryProblems()
  const fields = fieldsText === undefined ? [...plan.fields.values()] : parseFields(plan, fieldsText, ours)
  const expansions = parseExpand({ plan, limits: plan.limits, problems: ours }, expandText ?? "")
  const namesFields = fieldsText !== undefined
  const selection = { key, plan, fields, namesFields, expansions, plans: [plan, ...expandedPlans(expansions)] }
  if (ours.isEmpty) plan.selections.set(key, selection)
  problems.addAll(ours)
  return selection
}

/** Reads `fields=title,slug`; answers keep the order of the schema. */
function parseFields(plan: CollectionPlan, text: string, problems: QueryProblems): Field[] {
  const wanted = new Set<Field>()
  for (const name of text.split(",")) {
    if (problems.isFull) break
    const field = plan.fields.get(name)
    if (field !== undefined) wanted.add(field)
    else {
      const next = suggestion(name, [...plan.fields.keys()])
      problems.query("UNKNOWN_FIELD", `${plan.collection.name} has no field ${quoted(name)} to show.`, next)
    }
  }
  return [...plan.fields.values()].filter((field) => wanted.has(field))
}
