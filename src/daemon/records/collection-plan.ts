import assert from "node:assert"

import { alyxError } from "../../errors.ts"
import { IdSource } from "../../lib/id.ts"
import { rulesOf } from "../../rules/compile-rules.ts"
import type { CollectionRules, RuleAuth } from "../../rules/rules.ts"
import { compileDocumentValidator } from "../../schema/document.ts"
import type { DocumentValidator } from "../../schema/document.ts"
import type { Collection, Field, Relation, Schema } from "../../schema/schema.ts"
import { BoundedCache } from "../../lib/bounded-cache.ts"
import type { ReadAccess } from "./access.ts"
import { judgesRow } from "./judged-access.ts"
import type { ListStatements } from "./list-statements.ts"
import { quoted, suggestion } from "./query-problems.ts"
import { readRulesOf, readsRequest } from "./read-access.ts"
import type { RecordLimits } from "./records.ts"
import type { Selection } from "./selection.ts"
import { quoteName } from "../../lib/sql-name.ts"
import type { View, ViewStatements } from "./view.ts"
import { visibleFields } from "./visible.ts"
import { writeStatements } from "./write-statements.ts"
import type { WriteStatements } from "./write-statements.ts"

/** What one collection needs for every request, worked out once a schema. */
export interface CollectionPlan {
  readonly collection: Collection
  readonly limits: RecordLimits
  /** The table's name as SQL. */
  readonly table: string
  readonly key: Field
  readonly validator: DocumentValidator
  /** Makes the ids of documents that come without one. */
  readonly ids: IdSource
  readonly writes: WriteStatements
  /** The fields that requests may see and name. */
  readonly fields: ReadonlyMap<string, Field>
  /** The relations that `expand` may follow, by every word that means them. */
  readonly relations: ReadonlyMap<string, Relation>
  /** Compiled once a schema. */
  readonly rules: CollectionRules
  /** True where a read rule is no SQL, so that rows are judged one by one. */
  readonly judgesRows: boolean
  /** What accounts may read; null where that depends on the request. */
  readonly readAccesses: WeakMap<RuleAuth, ReadAccess> | null
  /** By the text of `fields` and `expand`. */
  readonly selections: BoundedCache<Selection>
  /** Of requests that ask for nothing special. */
  readonly plainViews: WeakMap<ReadAccess, View>
  /** By selection and the shapes of accesses. */
  readonly views: BoundedCache<ViewStatements>
  /** By the shape of the query and of accesses. */
  readonly lists: BoundedCache<ListStatements>
  /** The plan of another collection of the same schema. */
  related(collection: string): CollectionPlan
  /** Every collection of the schema. */
  collections(): Iterable<Collection>
}

/** Statements that a collection keeps; a client that varies its queries without end costs time, not memory. */
const selectionCountMax = 32
const viewCountMax = 64
const listCountMax = 128
const keyLengthMax = 500

const plansByLimits = new WeakMap<RecordLimits, WeakMap<Schema, SchemaPlans>>()

type SchemaPlans = Map<string, CollectionPlan>

/** Returns the plan of a collection, or throws COLLECTION_NOT_FOUND. */
export function collectionPlan(limits: RecordLimits, schema: Schema, name: string): CollectionPlan {
  const plans = plansOf(limits, schema)
  const found = plans.get(name)
  if (found !== undefined) return found
  const collection = schema.collections.get(name)
  if (collection === undefined) {
    throw alyxError("COLLECTION_NOT_FOUND", {
      message: `There is no collection ${quoted(name)}.`,
      next: suggestion(name, [...schema.collections.keys()]),
    })
  }
  const plan = makePlan(limits, schema, collection)
  plans.set(name, plan)
  return plan
}

function plansOf(limits: RecordLimits, schema: Schema): SchemaPlans {
  let bySchema = plansByLimits.get(limits)
  if (bySchema === undefined) {
    bySchema = new WeakMap()
    plansByLimits.set(limits, bySchema)
  }
  let plans = bySchema.get(schema)
  if (plans === undefined) {
    plans = new Map()
    bySchema.set(schema, plans)
  }
  return plans
}

function makePlan(limits: RecordLimits, schema: Schema, collection: Collection): CollectionPlan {
  const table = quoteName(collection.name)
  const rules = rulesOf(schema).get(collection.name)
  assert(rules !== undefined, "every collection of a schema has an entry, with rules or without")
  return {
    collection,
    limits,
    table,
    key: collection.primaryKey,
    validator: compileDocumentValidator(collection),
    ids: new IdSource(),
    writes: writeStatements(collection),
    fields: visibleFields(collection),
    relations: visibleRelations(schema, collection),
    rules,
    judgesRows: collection.readInMemory && readRulesOf(rules).some(judgesRow),
    readAccesses: readsRequest(rules) ? null : new WeakMap(),
    plainViews: new WeakMap(),
    views: new BoundedCache({ sizeMax: viewCountMax, keyLengthMax }),
    selections: new BoundedCache({ sizeMax: selectionCountMax, keyLengthMax }),
    lists: new BoundedCache({ sizeMax: listCountMax, keyLengthMax }),
    related: (name) => collectionPlan(limits, schema, name),
    collections: () => schema.collections.values(),
  }
}

/** A relation over an internal field would tell its value. */
function visibleRelations(schema: Schema, collection: Collection): ReadonlyMap<string, Relation> {
  const relations = new Map<string, Relation>()
  for (const relation of schema.relations.get(collection.name) ?? []) {
    const foreign = schema.collections.get(relation.collection)?.fields.get(relation.foreignField)
    const local = collection.fields.get(relation.localField)
    if (foreign === undefined || foreign.internal || local === undefined || local.internal) continue
    for (const word of [relation.name, ...relation.aliases]) relations.set(word, relation)
  }
  return relations
}
