import type { Relation } from "../../schema/schema.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { quoted, suggestion } from "./query-problems.ts"
import type { QueryProblems } from "./query-problems.ts"
import type { RecordLimits } from "./records.ts"

/** A relation to be followed, and what is followed from there. */
export interface Expansion {
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
        draft = { relation, target: plan.related(relation.collection), children: [] }
        level.push(draft)
        count += 1
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

function findRelation(plan: CollectionPlan, word: string, problems: QueryProblems): Relation | undefined {
  const relation = plan.relations.get(word)
  if (relation === undefined) {
    const names = new Set(Array.from(plan.relations.values(), ({ name }) => name))
    const message = `${plan.collection.name} has no relation ${quoted(word)} to expand.`
    problems.query("UNKNOWN_RELATION", message, suggestion(word, [...names]))
  }
  return relation
}
