import type { Problem } from "../errors.ts"
import { parseYamlTree } from "../lib/yaml-tree.ts"
import type { CollectionDraft } from "./drafts.ts"
import { schemaTextLengthMax } from "./limits.ts"
import { makeSchema } from "./make-schema.ts"
import { parseCollections } from "./parse-collections.ts"
import { addYamlProblem, ProblemList } from "./problem-list.ts"
import { readCollection } from "./read-collection.ts"
import { shown } from "./read-values.ts"
import type { Schema } from "./schema.ts"
import { checkCycles } from "./validate-cycles.ts"
import { checkIndexes } from "./validate-indexes.ts"
import { checkReferences } from "./validate-references.ts"
import { checkRelationNames } from "./validate-relations.ts"

/** What became of a schema.yaml. */
export interface ParsedSchema {
  /** Null when there is any problem. */
  readonly schema: Schema | null
  /** Everything that is wrong, in the order of the file. */
  readonly problems: readonly Problem[]
  /** What is allowed but probably not meant. */
  readonly notices: readonly Problem[]
}

/** Parses and checks the text of a schema.yaml; `file` is its path for messages. Reads nothing else, never throws. */
export function parseSchema(text: string, file: string): ParsedSchema {
  const problems = new ProblemList()
  const start = { file, line: 1, column: 1, length: 1 }
  if (text.length > schemaTextLengthMax) {
    problems.add("FILE_TOO_LARGE", start, `The schema is longer than ${schemaTextLengthMax} characters.`)
    return { schema: null, problems: problems.sorted(), notices: [] }
  }
  const tree = parseYamlTree(text, file)
  for (const problem of tree.problems) addYamlProblem(problem, problems)
  // What the tree leaves out would only be reported a second time, as missing.
  const root = tree.problems.some((problem) => problem.kind === "unsupported") ? null : tree.root
  if (root !== null && root.kind !== "map" && !isNull(root)) {
    const next = "Begin with collections:."
    problems.add("WRONG_SHAPE", root.at, `A schema must be a map, not ${shown(root)}.`, next)
  }
  const drafts = root?.kind === "map" ? parseCollections(root, problems) : []
  const schema = understand(drafts, problems)
  const notices = new ProblemList()
  if (problems.isEmpty && drafts.length === 0) {
    const next = "Add one under collections, such as posts: { fields: { title: { type: string } } }."
    notices.add("NO_COLLECTIONS", start, "The schema has no collections, so the API has nothing to serve.", next)
  }
  return { schema: problems.isEmpty ? schema : null, problems: problems.sorted(), notices: notices.sorted() }
}

function understand(drafts: readonly CollectionDraft[], problems: ProblemList): Schema {
  const shapes = drafts.map((draft) => readCollection(draft, problems))
  checkReferences(shapes, problems)
  checkCycles(shapes, problems)
  checkIndexes(shapes, problems)
  checkRelationNames(shapes, problems)
  return makeSchema(shapes.map((shape) => shape.collection))
}

function isNull(node: { readonly kind: string; readonly value?: unknown }): boolean {
  return node.kind === "scalar" && node.value === null
}
