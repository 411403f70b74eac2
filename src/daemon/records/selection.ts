import type { Field } from "../../schema/schema.ts"
import { answerCouldBeLarge, documentSizeSql } from "./answer-size.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { documentSql } from "./document-sql.ts"
import { parseExpand } from "./expand.ts"
import type { Expansion } from "./expand.ts"
import { documentParameters, sortParameters, unknownParameter } from "./parameters.ts"
import { QueryProblems, quoted, suggestion } from "./query-problems.ts"
import type { QueryPairs } from "./records.ts"
import { quoteName } from "../../lib/sql-name.ts"

/** What `fields` and `expand` make of a document. */
export interface Selection {
  /** Equal for equal text of both parameters. */
  readonly key: string
  /** Selects `doc`, the JSON of the document with a primary key. */
  readonly byKeySql: string
  /** Counts, as `size`, the documents of that answer; null when they cannot be too many. */
  readonly sizeByKeySql: string | null
  /** The JSON of a row under the alias `d`. */
  readonly rowSql: string
  readonly expansions: readonly Expansion[]
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
  return plan.selections.get("", () => makeSelection(plan, "", { fields: plan.fields.values(), expansions: [] }))
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
  const fields = fieldsText === undefined ? plan.fields.values() : parseFields(plan, fieldsText, ours)
  const expansions = parseExpand({ plan, limits: plan.limits, problems: ours }, expandText ?? "")
  const selection = makeSelection(plan, key, { fields, expansions })
  if (ours.isEmpty) plan.selections.set(key, selection)
  problems.addAll(ours)
  return selection
}

function makeSelection(
  plan: CollectionPlan,
  key: string,
  shown: { readonly fields: Iterable<Field>; readonly expansions: readonly Expansion[] },
): Selection {
  const rowSql = documentSql({ plan, limits: plan.limits, ...shown }, "d")
  const byKeySql = `SELECT ${rowSql} AS doc FROM ${plan.table} AS d WHERE d.${quoteName(plan.key.name)} = ?`
  const { expansions } = shown
  const sizeByKeySql = answerCouldBeLarge(expansions, 1, plan.limits) ? documentSizeSql(plan, expansions) : null
  return { key, byKeySql, sizeByKeySql, rowSql, expansions }
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
