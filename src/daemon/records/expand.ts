import type { Relation } from "../../schema/schema.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { quoted, suggestion } from "./query-problems.ts"
import type { QueryProblems } from "./query-problems.ts"
import type { RecordLimits } from "./records.ts"

/** A relation to be followed, and what is followed from there. */
export interface Expansion {
  /** Its place among the collections of the request, of which the first is the one that is asked for. */
  readonly index: number
  readonly relation: Relation
  readonly target: CollectionPlan
  readonly children: readonly Expansion[]
}

interface Draft extends Expansion {
  readonly children: Draft[]
}

/** What reading an expand needs. */
export interface ExpandFrame {
  readonly plan: CollectionPlan
  readonly limits: RecordLimits
  readonly problems: QueryProblems
}

/** Whether one document may bring many others with it. */
export function multiplies(expansions: readonly Expansion[]): boolean {
  return expansions.some(({ relation, children }) => relation.kind === "back" || multiplies(children))
}

/** Reads `expand=author,comments.author` into a tree; what is named twice is followed once. */
export function parseExpand(frame: ExpandFrame, text: string): readonly Expansion[] {
  const { limits, problems } = frame
  const roots: Draft[] = []
  let count = 0
  for (const path of text === "" ? [] : text.split(",")) {
    if (problems.isFull) break
    const words = path.split(".")
    if (words.length > limits.expandDepthMax) {
      const message = `${quoted(path)} follows ${words.length} relations; "expand" follows at most ${limits.expandDepthMax}.`
      problems.query("TOO_MANY", message)
      continue
    }
    let plan = frame.plan
    let level = roots
    for (const word of words) {
      const relation = findRelation(plan, word, problems)
      if (relation === undefined) break
      let draft = level.find((other) => other.relation === relation)
      if (draft === undefined) {
        count += 1
        draft = { index: count, relation, target: plan.related(relation.collection), children: [] }
        level.push(draft)
      }
      plan = draft.target
      level = draft.children
    }
    if (count > limits.expandCountMax) {
      problems.query("TOO_MANY", `"expand" follows more than ${limits.expandCountMax} relations.`)
      break
    }
  }
  return roots
}

/** The collections that a tree of expansions leads to, by their index. */
export function expandedPlans(expansions: readonly Expansion[]): CollectionPlan[] {
  const plans: CollectionPlan[] = []
  const add = ({ index, target, children }: Expansion): void => {
    plans[index - 1] = target
    children.forEach(add)
  }
  expansions.forEach(add)
  return plans
}

function findRelation(plan: CollectionPlan, word: string, problems: QueryProblems): Relation | undefined {
  const relation = plan.relations.get(word)
  if (relation === undefined) {
    const names = new Set(Array.from(plan.relations.values(), ({ name }) => name))
    const message = `${plan.collection.name} has no relation ${quoted(word)} to expand.`
    problems.query("UNKNOWN_RELATION", message, suggestion(word, [...names]))
  }
  return relation
}
