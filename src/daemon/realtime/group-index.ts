import type { Relation } from "../../schema/schema.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { CollectionPlan } from "../records/collection-plan.ts"
import type { Expansion } from "../records/expand.ts"
import type { Equality } from "../records/live-query.ts"
import type { LinkIndex, LiveGroup } from "./group.ts"

/** Relations from a collection to the one whose changes are looked at, outermost first: at least two. */
export interface RelationChain {
  readonly steps: readonly { readonly relation: Relation; readonly target: CollectionPlan }[]
  readonly groups: Set<LiveGroup>
}

/** What of one collection is followed. */
export class CollectionIndex {
  readonly plan: CollectionPlan
  /** Groups of the collection itself: those that nothing finds, those that only a text finds, the others by field and value. */
  readonly groups = new Set<LiveGroup>()
  readonly plain = new Set<LiveGroup>()
  readonly textual = new Set<LiveGroup>()
  readonly byField = new Map<string, Map<StoredValue, Set<LiveGroup>>>()
  /** By a field: the groups of which every document contains a text in it, in whichever way they are found. */
  readonly searching = new Map<string, Set<LiveGroup>>()
  /** Groups that show documents of this collection within others. */
  readonly expanding = new Set<LiveGroup>()
  /** By the field that a relation leads to, and its value: who shows what is found there. */
  readonly links = new Map<string, Map<StoredValue, Map<LiveGroup, Set<Relation>>>>()
  /** Expansions of expansions that lead here. */
  readonly chains = new Map<string, RelationChain>()

  constructor(plan: CollectionPlan) {
    this.plan = plan
  }

  get isEmpty(): boolean {
    return this.groups.size === 0 && this.expanding.size === 0
  }

  /** The fields whose values find groups. */
  fields(): Set<string> {
    const names = new Set([...this.byField.keys(), ...this.links.keys()])
    for (const { steps } of this.chains.values()) {
      const last = steps.at(-1)
      if (last !== undefined) names.add(last.relation.foreignField)
    }
    return names
  }
}

/**
 * Finds the groups that a change may concern without walking over all of them: by one field that equals a value in all
 * their documents, or one of several such fields, and by the values that lead to expanded documents. Which of them ask for
 * a text that a document does not contain is told without asking the database.
 */
export class GroupIndex implements LinkIndex {
  readonly #collections = new Map<string, CollectionIndex>()

  of(collection: string): CollectionIndex | undefined {
    return this.#collections.get(collection)
  }

  collections(): Iterable<CollectionIndex> {
    return this.#collections.values()
  }

  add(group: LiveGroup): void {
    const { plan, seen } = group.query
    const own = this.#make(plan)
    own.groups.add(group)
    const equalities = indexedEqualities(group)
    if (equalities.length === 0) (group.contained === null ? own.plain : own.textual).add(group)
    if (group.contained !== null) setIn(own.searching, group.contained.field).add(group)
    for (const { field, value } of equalities) setIn(mapIn(own.byField, field), value).add(group)
    this.#addExpansions(group, seen.view.selection.expansions, [])
  }

  remove(group: LiveGroup): void {
    group.end()
    const { plan, seen } = group.query
    const own = this.#collections.get(plan.collection.name)
    if (own === undefined) return
    own.groups.delete(group)
    own.plain.delete(group)
    own.textual.delete(group)
    if (group.contained !== null) removeFromSet(own.searching, group.contained.field, group)
    for (const equality of indexedEqualities(group)) removeIn(own.byField, equality, group)
    for (const { collection } of seen.view.selection.plans) this.#removeExpansions(group, collection.name)
    this.#drop(own)
  }

  addLink(group: LiveGroup, relation: Relation, value: StoredValue): void {
    const index = this.#collections.get(relation.collection)
    if (index === undefined) return
    const groups = mapIn(mapIn(index.links, relation.foreignField), value)
    const relations = groups.get(group)
    if (relations === undefined) groups.set(group, new Set([relation]))
    else relations.add(relation)
  }

  removeLink(group: LiveGroup, relation: Relation, value: StoredValue): void {
    const byValue = this.#collections.get(relation.collection)?.links.get(relation.foreignField)
    const groups = byValue?.get(value)
    const relations = groups?.get(group)
    if (byValue === undefined || groups === undefined || relations === undefined) return
    relations.delete(relation)
    if (relations.size === 0) groups.delete(group)
    if (groups.size === 0) byValue.delete(value)
    if (byValue.size === 0) this.#collections.get(relation.collection)?.links.delete(relation.foreignField)
  }

  #addExpansions(group: LiveGroup, expansions: readonly Expansion[], outer: RelationChain["steps"]): void {
    for (const { relation, target, children } of expansions) {
      const index = this.#make(target)
      index.expanding.add(group)
      const steps = [...outer, { relation, target }]
      if (steps.length > 1) {
        const name = JSON.stringify([group.query.plan.collection.name, ...steps.map((step) => step.relation.name)])
        const chain = index.chains.get(name) ?? { steps, groups: new Set() }
        index.chains.set(name, chain)
        chain.groups.add(group)
      }
      this.#addExpansions(group, children, steps)
    }
  }

  #removeExpansions(group: LiveGroup, collection: string): void {
    const index = this.#collections.get(collection)
    if (index === undefined) return
    index.expanding.delete(group)
    for (const [name, chain] of index.chains) {
      chain.groups.delete(group)
      if (chain.groups.size === 0) index.chains.delete(name)
    }
    this.#drop(index)
  }

  #make(plan: CollectionPlan): CollectionIndex {
    const { name } = plan.collection
    const index = this.#collections.get(name) ?? new CollectionIndex(plan)
    this.#collections.set(name, index)
    return index
  }

  #drop(index: CollectionIndex): void {
    if (index.isEmpty) this.#collections.delete(index.plan.collection.name)
  }
}

/** What a group stands under: one equality of all its documents, or one of each branch of its rule; else nothing. */
function indexedEqualities(group: LiveGroup): readonly Equality[] {
  const equality = indexedEquality(group)
  if (equality !== null) return [equality]
  const { plan, alternatives } = group.query
  const areIndexable = alternatives?.every(({ field, value }) => isIndexable(plan, field, value)) ?? false
  return areIndexable ? (alternatives ?? []) : []
}

/** The equality that finds a group: a unique field's before any other, since few documents have its value. */
function indexedEquality({ query }: LiveGroup): Equality | null {
  const fits = query.equalities.filter(({ field, value }) => isIndexable(query.plan, field, value))
  const isUnique = ({ field }: Equality): boolean => {
    const known = query.plan.collection.fields.get(field)
    return known?.primary === true || known?.unique === true
  }
  return fits.find(isUnique) ?? fits.find(({ value }) => typeof value === "string") ?? fits[0] ?? null
}

/** SQLite converts a value of another type before it compares; such a one cannot be looked up. */
function isIndexable(plan: CollectionPlan, name: string, value: StoredValue): boolean {
  const field = plan.collection.fields.get(name)
  if (field === undefined) return false
  if (value === null) return true
  switch (field.type) {
    case "uuid":
    case "string":
    case "text":
    case "timestamp":
      return typeof value === "string"
    case "int":
    case "float":
    case "bool":
      return typeof value === "number"
    case "json":
    case "blob":
      return false
  }
}

function removeIn(
  byField: Map<string, Map<StoredValue, Set<LiveGroup>>>,
  { field, value }: Equality,
  group: LiveGroup,
): void {
  const byValue = byField.get(field)
  if (byValue !== undefined) removeFromSet(byValue, value, group)
  if (byValue?.size === 0) byField.delete(field)
}

function removeFromSet<Key>(sets: Map<Key, Set<LiveGroup>>, key: Key, group: LiveGroup): void {
  const groups = sets.get(key)
  groups?.delete(group)
  if (groups?.size === 0) sets.delete(key)
}

function mapIn<Key, InnerKey, Value>(maps: Map<Key, Map<InnerKey, Value>>, key: Key): Map<InnerKey, Value> {
  const map = maps.get(key) ?? new Map<InnerKey, Value>()
  maps.set(key, map)
  return map
}

function setIn<Key>(sets: Map<Key, Set<LiveGroup>>, key: Key): Set<LiveGroup> {
  const set = sets.get(key) ?? new Set<LiveGroup>()
  sets.set(key, set)
  return set
}
