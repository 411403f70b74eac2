import type { ProblemList } from "./problem-list.ts"
import type { CollectionShape } from "./read-collection.ts"
import type { Field } from "./schema.ts"

/** A reference that every document of `from` must carry. */
interface Link {
  readonly from: CollectionShape
  readonly field: Field
  readonly to: string
}

/**
 * Finds cycles of references that are all required: the first document of such a cycle could never be inserted, since
 * the one it points to would have to be there before it. References are checked at each statement, never deferred.
 * Each cycle is reported once, at the link that closes it in the order of the file.
 */
export function checkCycles(shapes: readonly CollectionShape[], problems: ProblemList): void {
  const linksByCollection = new Map(shapes.map((shape) => [shape.collection.name, requiredLinks(shape)]))
  const finished = new Set<string>()
  const path: Link[] = []
  const onPath = new Set<string>()

  // The depth is bounded by the number of collections.
  const visit = (name: string): void => {
    onPath.add(name)
    for (const link of linksByCollection.get(name) ?? []) {
      if (onPath.has(link.to)) reportCycle([...path, link], problems)
      else if (!finished.has(link.to) && linksByCollection.has(link.to)) {
        path.push(link)
        visit(link.to)
        path.pop()
      }
    }
    onPath.delete(name)
    finished.add(name)
  }

  for (const shape of shapes) {
    if (!finished.has(shape.collection.name)) visit(shape.collection.name)
  }
}

function requiredLinks(from: CollectionShape): readonly Link[] {
  const links: Link[] = []
  for (const field of from.collection.fields.values()) {
    if (field.references !== null && !field.nullable) links.push({ from, field, to: field.references.collection })
  }
  return links
}

function reportCycle(path: readonly Link[], problems: ProblemList): void {
  const closing = path.at(-1)!
  const cycle = path.slice(path.findIndex((link) => link.from.collection.name === closing.to))
  const label = (link: Link): string => `${link.from.collection.name}.${link.field.name}`
  const at = closing.from.drafts.get(closing.field.name)?.options.get("references")?.value.at ?? closing.field.at
  const message =
    cycle.length === 1
      ? `${label(closing)} requires another document of ${closing.to}, so the first one could never be created.`
      : `${cycle.map(label).join(" → ")} → ${closing.to} is a cycle of required references: no first document could be created.`
  problems.add("REFERENCE_CYCLE", at, message, `Make one of them nullable, such as ${label(closing)}.`)
}
