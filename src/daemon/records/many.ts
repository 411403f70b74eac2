import { alyxError } from "../../errors.ts"
import { quoteName } from "../../lib/sql-name.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Transaction } from "../storage/database.ts"
import { collectionPlan } from "./collection-plan.ts"
import type { CollectionPlan } from "./collection-plan.ts"
import { computedChange } from "./computed-values.ts"
import { showsJudged } from "./judged-candidates.ts"
import { requireScope } from "./key-scope.ts"
import { listRecords } from "./list.ts"
import { parseListQuery } from "./list-query.ts"
import { storedKey } from "./record-key.ts"
import type { DeleteManyRequest, ManyFilter, QueryPairs, RecordParts, UpdateManyRequest } from "./records.ts"
import { seenQuery } from "./seen-query.ts"
import { plainSelection } from "./selection.ts"
import { viewFor } from "./view.ts"
import { writeOnSchema } from "./write-on-schema.ts"
import { applyChange, removeRecord } from "./write-record.ts"

/** Documents that one operation changes or deletes; more are refused, and nothing is written: BATCH_TOO_LARGE. */
export const manyCountMax = 1_000

/** Documents that are looked for at a time. */
const pageSizeMax = 500

/**
 * Changes every document that a filter finds and the caller may read, all or none: each is judged by the rules. They are
 * looked for first, as a list is; a document that no longer fits when its turn comes is left out. Returns how many
 * there were.
 */
export async function updateMany(parts: RecordParts, request: UpdateManyRequest): Promise<number> {
  const keys = await findKeys(parts, request)
  const { caller, collection, filter, body, expressions = "operators" } = request
  const { explains, accountsCollection } = parts
  return writeOnSchema(parts, request, (schema) => {
    const plan = collectionPlan(parts.limits, schema, collection)
    requireScope(caller, collection, "update")
    const frame = { plan, caller, explains, accountsCollection, view: viewFor(plainSelection(plan), caller) }
    const valuesOf = computedChange(plan, body, { rights: expressions })
    const stillFits = fitTest(plan, filter, caller)
    const nowMs = parts.clock.now()
    return (transaction) =>
      eachOf(keys, plan, (id, key) => {
        if (!stillFits(transaction, key)) return false
        const target = { ...frame, id, key, nowMs, ifMatch: undefined }
        applyChange(transaction, { ...target, values: valuesOf(transaction, target) })
        return true
      })
  })
}

/** Deletes every document that a filter finds and the caller may read, all or none. Returns how many there were. */
export async function deleteMany(parts: RecordParts, request: DeleteManyRequest): Promise<number> {
  const keys = await findKeys(parts, request)
  const { caller, collection, filter } = request
  const { explains, accountsCollection } = parts
  return writeOnSchema(parts, request, (schema) => {
    const plan = collectionPlan(parts.limits, schema, collection)
    requireScope(caller, collection, "delete")
    const frame = { plan, caller, explains, accountsCollection, view: viewFor(plainSelection(plan), caller) }
    const stillFits = fitTest(plan, filter, caller)
    return (transaction) =>
      eachOf(keys, plan, (id, key) => {
        // Another one's cascade may have taken it along.
        if (!stillFits(transaction, key)) return false
        removeRecord(transaction, { ...frame, id, key, ifMatch: undefined })
        return true
      })
  })
}

/** Looks for the documents as a list does: what takes long is read beside the daemon. */
async function findKeys(parts: RecordParts, request: DeleteManyRequest): Promise<readonly string[]> {
  const { schema, collection, caller, filter } = request
  const plan = collectionPlan(parts.limits, schema, collection)
  if (showsJudged(plainSelection(plan), caller)) {
    throw alyxError("INVALID_QUERY", {
      message: `The read rule of ${collection} looks at documents one by one, so they cannot be found for one write.`,
      next: "List them, and write each.",
    })
  }
  const limit = Math.min(pageSizeMax, parts.limits.pageMax)
  const keys: string[] = []
  let cursor: string | null = ""
  while (cursor !== null) {
    const query: QueryPairs = [
      ...filter.texts.map((text) => ["filter", text] as const),
      ["fields", plan.key.name],
      ["skipTotal", "true"],
      ["limit", String(limit)],
      ["cursor", cursor],
    ]
    // oxlint-disable-next-line no-await-in-loop -- each page begins where the one before it ended
    const text = await listRecords(parts, { schema, collection, caller, query, filter: filter.object })
    const page = JSON.parse(String(text)) as FoundPage
    for (const doc of page.docs) keys.push(String(doc[plan.key.name]))
    if (keys.length > manyCountMax) throw tooMany(collection)
    cursor = page.next_cursor
  }
  return keys
}

interface FoundPage {
  readonly docs: readonly Readonly<Record<string, unknown>>[]
  readonly next_cursor: string | null
}

function tooMany(collection: string): Error {
  return alyxError("BATCH_TOO_LARGE", {
    message: `The filter finds more than ${manyCountMax} documents of ${collection}; nothing was written.`,
    next: "Narrow the filter and write several times, for example a range of the primary key each.",
  })
}

/** Whether a document is still one that the filter finds, and the caller may read. */
function fitTest(
  plan: CollectionPlan,
  filter: ManyFilter,
  caller: DeleteManyRequest["caller"],
): (transaction: Transaction, key: StoredValue) => boolean {
  const pairs = filter.texts.map((text) => ["filter", text] as const)
  const { conditions, isEmpty } = seenQuery(plan, parseListQuery(plan, pairs, filter.object), caller)
  if (isEmpty) return () => false
  const tests = [`d.${quoteName(plan.key.name)} = ?`, ...conditions.map(({ sql }) => sql("d"))]
  const sql = `SELECT 1 FROM ${plan.table} AS d WHERE ${tests.join(" AND ")}`
  const values = conditions.flatMap((condition) => [...condition.values])
  return (transaction, key) => transaction.get(sqlQuery(sql, [key, ...values])) !== undefined
}

function eachOf(
  ids: readonly string[],
  plan: CollectionPlan,
  write: (id: string, key: StoredValue) => boolean,
): number {
  let count = 0
  for (const id of ids) if (write(id, storedKey(plan, id))) count += 1
  return count
}
