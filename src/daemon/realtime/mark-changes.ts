import { quoteName } from "../../lib/sql-name.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { Relation } from "../../schema/schema.ts"
import { paddedList } from "../records/condition.ts"
import type { Change } from "../storage/changes.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Reader, Row } from "../storage/database.ts"
import { SearchAllowance, SearchedDocument, searchedLengthMax } from "./contained-text.ts"
import type { CollectionIndex, GroupIndex, RelationChain } from "./group-index.ts"
import type { LiveGroup } from "./group.ts"
import type { Before, DocumentId } from "./window.ts"

/** The changes of one collection, one entry a document, with what it was before the first of them. */
export type ChangedDocuments = ReadonlyMap<DocumentId, Before>

/** How many rows one statement looks for. */
const idsPerStatement = 64

const none: ReadonlySet<LiveGroup> = new Set()

/** How many documents between a changed one and those that show it are looked for; then all that could show it are read again. */
const chainRowsMax = 1_000

/** What changed, by collection. */
export interface ChangedCollections {
  readonly documents: ReadonlyMap<string, ChangedDocuments>
  /** Collections of which a document got another key, while the log no longer tells the one before. */
  readonly lost: ReadonlySet<string>
}

/** Joins changes by document. A changed primary key is the end of one document and the beginning of another. */
export function changedDocuments(
  changes: readonly Change[],
  keyOf: (collection: string) => string | undefined,
): ChangedCollections {
  const documents = new Map<string, Map<DocumentId, Before>>()
  const lost = new Set<string>()
  for (const { collection, operation, docId, changedFields, before } of changes) {
    const key = keyOf(collection)
    if (key === undefined) continue
    const own = documents.get(collection) ?? new Map<DocumentId, Before>()
    documents.set(collection, own)
    const first = (id: DocumentId, was: Before): void => {
      if (!own.has(id)) own.set(id, was)
    }
    if (operation === "update" && changedFields.includes(key)) {
      if (before === null) lost.add(collection)
      else first(before[key] as DocumentId, before)
      first(docId, "absent")
    } else first(docId, operation === "insert" ? "absent" : (before ?? "unknown"))
  }
  return { documents, lost }
}

/** What is done with what is found. */
export interface Marker {
  /** All of these may concern a group. */
  batch(group: LiveGroup, changed: ChangedDocuments): void
  changed(group: LiveGroup, id: DocumentId, before: Before): void
  /** Documents with this value in the field of an expansion may show something else. */
  linked(group: LiveGroup, relation: Relation, value: StoredValue): void
  /** It cannot be told which documents show something else. */
  stale(group: LiveGroup): void
}

/** Marks the groups themselves. */
export const groupMarker: Marker = {
  batch: (group, changed) => group.markBatch(changed),
  changed: (group, id, before) => group.markChanged(id, before),
  linked: (group, relation, value) => group.markLinked(relation, value),
  stale: (group) => group.markStale(),
}

/** What markChanges needs. */
export interface MarkFrame {
  readonly reader: Reader
  readonly groups: GroupIndex
  readonly marker: Marker
}

/** Marks every group that changes of documents of one collection may concern. */
export function markChanges(frame: MarkFrame, index: CollectionIndex, changed: ChangedDocuments): void {
  const { reader, marker } = frame
  const rows = rowsNow(reader, index, [...changed.keys()])
  const chained = new Map<RelationChain, Set<StoredValue>>()
  const allowance = new SearchAllowance()
  const searched = allowance.allows(index.textual.size * changed.size) ? index.textual : none
  for (const group of index.plain) marker.batch(group, changed)
  // With too much to search, they are asked about all the changes when their turn comes.
  if (searched === none) for (const group of index.textual) marker.batch(group, changed)
  for (const [id, before] of changed) {
    if (before === "unknown") {
      markUnknown(marker, index, id)
      continue
    }
    const states = [before === "absent" ? undefined : before, rows.get(id)].filter((state) => state !== undefined)
    const document = new SearchedDocument(states, allowance)
    const mark = (group: LiveGroup): void => {
      if (group.contained === null || document.mayContain(group.contained)) marker.changed(group, id, before)
    }
    for (const group of candidates(index, states)) mark(group)
    for (const group of searched) mark(group)
    for (const [field, links] of index.links) {
      for (const value of valuesOf(states, field)) markLinks(marker, links.get(value), value)
    }
    for (const chain of index.chains.values()) {
      const field = chain.steps.at(-1)?.relation.foreignField
      if (field === undefined) continue
      const values = chained.get(chain) ?? new Set()
      chained.set(chain, values)
      for (const value of valuesOf(states, field)) values.add(value)
    }
  }
  for (const [chain, values] of chained) markChain(frame, chain, values)
}

/** The groups of the collection whose value in a field the document has or had, each once. */
function candidates(
  { byField }: CollectionIndex,
  states: readonly Readonly<Record<string, unknown>>[],
): Set<LiveGroup> {
  const found = new Set<LiveGroup>()
  for (const [field, byValue] of byField) {
    for (const value of valuesOf(states, field, true)) {
      for (const group of byValue.get(value) ?? []) found.add(group)
    }
  }
  return found
}

function valuesOf(
  states: readonly Readonly<Record<string, unknown>>[],
  field: string,
  withNull = false,
): Set<StoredValue> {
  const values = new Set<StoredValue>()
  for (const state of states) {
    const value = (state[field] ?? null) as StoredValue
    if (value !== null || withNull) values.add(value)
  }
  return values
}

/** What the document was is no longer in the log: whoever could have shown it looks again. */
function markUnknown(marker: Marker, { groups, expanding }: CollectionIndex, id: DocumentId): void {
  for (const group of groups) marker.changed(group, id, "unknown")
  for (const group of expanding) marker.stale(group)
}

function markLinks(
  marker: Marker,
  groups: ReadonlyMap<LiveGroup, ReadonlySet<Relation>> | undefined,
  value: StoredValue,
): void {
  for (const [group, relations] of groups ?? []) {
    for (const relation of relations) marker.linked(group, relation, value)
  }
}

/**
 * Walks from changed documents to those that the windows hold: the documents in between are found by the relations, as
 * they are now. Those that changed themselves mark on their own.
 */
function markChain(
  { reader, groups, marker }: MarkFrame,
  chain: RelationChain,
  changed: ReadonlySet<StoredValue>,
): void {
  let values = [...changed]
  for (let level = chain.steps.length - 1; level > 0 && values.length > 0; level -= 1) {
    const inner = chain.steps[level]
    const outer = chain.steps[level - 1]
    if (inner === undefined || outer === undefined) return
    const next = valuesBetween(reader, { inner: inner.relation.localField, outer }, values)
    if (next === undefined) {
      for (const group of chain.groups) marker.stale(group)
      return
    }
    values = next
  }
  const first = chain.steps[0]
  if (first === undefined) return
  const links = groups.of(first.target.collection.name)?.links.get(first.relation.foreignField)
  for (const value of values) markLinks(marker, links?.get(value), value)
}

function valuesBetween(
  reader: Reader,
  { inner, outer }: { readonly inner: string; readonly outer: RelationChain["steps"][number] },
  values: readonly StoredValue[],
): StoredValue[] | undefined {
  const { target, relation } = outer
  const found = new Set<StoredValue>()
  for (let start = 0; start < values.length; start += idsPerStatement) {
    const some = paddedList(values.slice(start, start + idsPerStatement))
    const sql =
      `SELECT x.${quoteName(relation.foreignField)} AS value FROM ${target.table} AS x ` +
      `WHERE x.${quoteName(inner)} IN (${places(some.length)}) LIMIT ${chainRowsMax + 1}`
    const rows = reader.all<{ value: StoredValue }>(sqlQuery(sql, some))
    for (const { value } of rows) if (value !== null) found.add(value)
    if (rows.length > chainRowsMax || found.size > chainRowsMax) return undefined
  }
  return [...found]
}

/** What finds groups of the documents that are still there: fields as a whole, and those that are searched. */
function rowsNow(reader: Reader, index: CollectionIndex, ids: readonly DocumentId[]): Map<DocumentId, Row> {
  const rows = new Map<DocumentId, Row>()
  const { plan, searching } = index
  const whole = index.fields()
  if (whole.size + searching.size === 0) return rows
  const key = quoteName(plan.key.name)
  whole.add(plan.key.name)
  const texts = [...searching.keys()].filter((name) => !whole.has(name))
  const columns = [...Array.from(whole, quoteName), ...texts.map(shortText)].join(", ")
  for (let start = 0; start < ids.length; start += idsPerStatement) {
    const some = paddedList(ids.slice(start, start + idsPerStatement))
    const sql = `SELECT ${columns} FROM ${plan.table} WHERE ${key} IN (${places(some.length)})`
    for (const row of reader.all(sqlQuery(sql, some))) rows.set(row[plan.key.name] as DocumentId, row)
  }
  return rows
}

/** A field that is searched, or 0 where that would be reading much: such a one concerns everybody who searches it. */
function shortText(field: string): string {
  const name = quoteName(field)
  return `CASE WHEN octet_length(${name}) > ${searchedLengthMax} THEN 0 ELSE ${name} END AS ${name}`
}

function places(count: number): string {
  return Array.from({ length: count }, () => "?").join(", ")
}
