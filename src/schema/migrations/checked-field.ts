import { ProblemList } from "../problem-list.ts"
import type { Field } from "../schema.ts"
import { definitionNode, fieldDefinition, readFieldDefinition } from "./field-definition.ts"
import { RefusedOperation } from "./refused-operation.ts"

/**
 * Judges an edited field as schema.yaml would judge it. A default that no longer fits is taken away: schema.yaml can
 * only bring its new one after this step. Anything else that is wrong refuses the operation.
 */
export function checkedField(collection: string, field: Field): Field {
  const problems = problemsOf(collection, field)
  const [first] = problems
  if (first === undefined) return normal(field)
  const isDefault = problems.every(({ code }) => code === "DEFAULT_INVALID")
  if (isDefault && field.default !== null) return checkedField(collection, { ...field, default: null })
  const { at: _, ...rest } = first
  throw new RefusedOperation(rest)
}

/** Everything that schema.yaml would say against a field. */
export function problemsOf(collection: string, field: Field): ReturnType<ProblemList["sorted"]> {
  const at = { file: "", line: 1, column: 1 }
  const problems = new ProblemList()
  const node = definitionNode(fieldDefinition(field), at)
  readFieldDefinition({ collection, field: field.name, at, node }, problems)
  return problems.sorted()
}

/** What parseSchema makes of a field besides judging it: an id that stands in URLs is never empty. */
function normal(field: Field): Field {
  const isTextKey = field.primary && field.type === "string"
  return Object.freeze(isTextKey ? { ...field, minLength: Math.max(1, field.minLength ?? 1) } : field)
}
