import type { Problem } from "../errors.ts"
import { collectionCountMax, fieldCountMax, indexCountMax, indexFieldCountMax, ruleLengthMax } from "./limits.ts"
import { problemsOf } from "./migrations/checked-field.ts"
import { hasGeneratedName, shapeOf } from "./migrations/schema-edit.ts"
import { checkName } from "./names.ts"
import { ProblemList } from "./problem-list.ts"
import type { Collection, Schema } from "./schema.ts"
import { checkCycles } from "./validate-cycles.ts"
import { checkIndexes } from "./validate-indexes.ts"
import { checkReferences } from "./validate-references.ts"
import { checkRelationNames } from "./validate-relations.ts"

/** The id and the two timestamps that are generated. */
const generatedFieldCountMax = 3

/** Judges a schema that came as JSON from elsewhere as one that somebody wrote: says everything that is wrong with it. */
export function judgeSchema(schema: Schema): readonly Problem[] {
  const collections = [...schema.collections.values()]
  const problems = new ProblemList()
  if (collections.length > collectionCountMax) {
    const message = `There are ${collections.length} collections; at most ${collectionCountMax} are allowed.`
    problems.add("TOO_MANY", null, message)
    return problems.sorted()
  }
  for (const collection of collections) checkCollection(collection, problems)
  if (!problems.isEmpty) return problems.sorted()
  const shapes = collections.map(shapeOf)
  checkReferences(shapes, problems)
  checkCycles(shapes, problems)
  checkIndexes(shapes, problems)
  checkRelationNames(shapes, problems)
  return problems.sorted()
}

function checkCollection(collection: Collection, problems: ProblemList): void {
  const { name, fields, indexes, rules } = collection
  checkName("collection", name, null, problems)
  if (fields.size > fieldCountMax + generatedFieldCountMax) {
    problems.add("TOO_MANY", null, `${name} has ${fields.size} fields; at most ${fieldCountMax} are allowed.`)
    return
  }
  for (const field of fields.values()) {
    checkName("field", field.name, null, problems)
    for (const { code, message, next } of problemsOf(name, field)) {
      problems.add(code as Parameters<ProblemList["add"]>[0], null, message, next)
    }
  }
  if (indexes.length > indexCountMax) {
    problems.add("TOO_MANY", null, `${name} has ${indexes.length} indexes; at most ${indexCountMax} are allowed.`)
  }
  for (const index of indexes) {
    if (!hasGeneratedName(name, index)) checkName("index", index.name, null, problems)
    if (index.fields.length <= indexFieldCountMax) continue
    const message = `An index of ${name} has ${index.fields.length} fields; at most ${indexFieldCountMax} are allowed.`
    problems.add("TOO_MANY", null, message)
  }
  for (const [operation, rule] of Object.entries(rules)) {
    if (rule === null || (rule.expression.trim() !== "" && rule.expression.length <= ruleLengthMax)) continue
    const message = `The rule for ${operation} of ${name} is empty, or longer than ${ruleLengthMax} characters.`
    problems.add("OPTION_INVALID", null, message)
  }
}
