import type { Reader } from "../storage/database.ts"
import { readChanges } from "./change-feed.ts"
import type { LiveGroup } from "./group.ts"
import type { GroupIndex } from "./group-index.ts"
import { changedDocuments, markChanges } from "./mark-changes.ts"
import type { ChangedDocuments, Marker } from "./mark-changes.ts"
import type { DocumentId } from "./window.ts"
import type { WindowDelta } from "./window-delta.ts"

/** What somebody who was away is told: everything again, that nothing was missed, or what changed meanwhile. */
export type Resumed = "reset" | "unchanged" | WindowDelta

/** Whoever missed more changes than this, of all collections, begins again. */
const missedCountMax = 10_000

/** The same for changed documents of the group's own collection. */
const missedDocumentsMax = 1_000

/** What resumeFrom needs. */
export interface ResumeFrame {
  readonly reader: Reader
  readonly groups: GroupIndex
  /** The present state, which the group is brought up to. */
  readonly position: number
}

/**
 * Works out what changed for a group since a number. States in between are not told. Only a window that held the whole
 * result, then and now, can be followed by changes alone: what was outside of another one then, nobody knows.
 */
export function resumeFrom({ reader, groups, position }: ResumeFrame, group: LiveGroup, seq: number): Resumed {
  if (seq > position || position - seq > missedCountMax) return "reset"
  const changes = readChanges(reader, seq)
  if (changes === undefined) return "reset"
  const { plan, collections } = group.query
  const { documents: changed, lost } = changedDocuments(changes, (name) =>
    collections.has(name) ? plan.related(name).key.name : undefined,
  )
  if (changed.size === 0) return "unchanged"
  const own: ChangedDocuments = changed.get(plan.collection.name) ?? new Map()
  if (!group.isComplete || lost.size > 0 || own.size > missedDocumentsMax) return "reset"
  const before = idsBefore(reader, group, own)
  const touched = touchedDocuments({ reader, groups }, group, changed)
  if (before === undefined || touched === undefined) return "reset"
  return missedDelta(reader, group, { own, before, touched })
}

/** The changed documents that were in the result; undefined when that cannot be told any more. */
function idsBefore(reader: Reader, group: LiveGroup, own: ChangedDocuments): Set<DocumentId> | undefined {
  const ids: DocumentId[] = []
  const rows: Readonly<Record<string, unknown>>[] = []
  for (const [id, before] of own) {
    if (before === "unknown") return undefined
    if (before === "absent") continue
    ids.push(id)
    rows.push(before)
  }
  const members = rows.length === 0 ? [] : group.reads.membersBefore(reader, rows)
  if (members === undefined) return undefined
  return new Set(members.map((index) => ids[index]).filter((id) => id !== undefined))
}

/** The documents of the window whose expanded documents changed; undefined when that cannot be told. */
function touchedDocuments(
  { reader, groups }: Pick<ResumeFrame, "reader" | "groups">,
  group: LiveGroup,
  changed: ReadonlyMap<string, ChangedDocuments>,
): Set<DocumentId> | undefined {
  const touched = new Set<DocumentId>()
  let isUnknown = false
  const marker: Marker = {
    batch: () => undefined,
    changed: () => undefined,
    linked(other, relation, value) {
      if (other === group) for (const id of group.holdersOf(relation, value)) touched.add(id)
    },
    stale(other) {
      isUnknown ||= other === group
    },
  }
  for (const [name, documents] of changed) {
    const index = groups.of(name)
    if (index !== undefined) markChanges({ reader, groups, marker }, index, documents)
  }
  return isUnknown ? undefined : touched
}

interface Missed {
  readonly own: ChangedDocuments
  readonly before: ReadonlySet<DocumentId>
  readonly touched: ReadonlySet<DocumentId>
}

function missedDelta(reader: Reader, group: LiveGroup, { own, before, touched }: Missed): Resumed {
  const positions = group.positions()
  const ids = [...new Set([...own.keys(), ...touched])].filter((id) => positions.has(id))
  ids.sort((a, b) => (positions.get(a) ?? 0) - (positions.get(b) ?? 0))
  const deletes = [...before].filter((id) => !positions.has(id))
  const inserted = ids.filter((id) => own.has(id) && !before.has(id))
  const totalThen = group.total - inserted.length + deletes.length
  if (totalThen > group.query.limit) return "reset"
  if (ids.length === 0 && deletes.length === 0) return "unchanged"
  const docs = new Map(
    group.reads
      .over(reader)
      .byIds(ids)
      .map(({ id, doc }) => [id, doc]),
  )
  const isInserted = new Set(inserted)
  const docsOf = (some: readonly DocumentId[]): string[] =>
    some.map((id) => docs.get(id)).filter((doc) => doc !== undefined)
  return {
    inserts: docsOf(inserted),
    updates: docsOf(ids.filter((id) => !isInserted.has(id))),
    deletes,
    positions: ids.filter((id) => own.has(id)).map((id) => [id, positions.get(id) ?? 0] as const),
    total: totalThen === group.total ? null : group.total,
  }
}
