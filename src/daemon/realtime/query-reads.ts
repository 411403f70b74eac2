import type { StoredValue } from "../../schema/fields/field-type.ts"
import { isCostly, isSearch, paddedList } from "../records/condition.ts"
import { requireSmallAnswer, answerCouldBeLarge } from "../records/answer-size.ts"
import { keysetAfter } from "../records/cursor.ts"
import { multiplies } from "../records/expand.ts"
import { valuesOf } from "../records/fragment.ts"
import type { Bound, Fragment } from "../records/fragment.ts"
import { conditionValues } from "../records/list-query.ts"
import type { LiveQuery } from "../records/live-query.ts"
import { liveStatements } from "../records/live-statements.ts"
import type { LiveStatements, Watchable } from "../records/live-statements.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Database, Query, Reader, Row, SlowReader } from "../storage/database.ts"
import type { DocumentId, LiveRow, WindowReads } from "./window.ts"

/** What reads here give up with when they would hold everybody up: the same is then read in another process. */
export class ReadTooSlow extends Error {}

/** How many documents one statement looks for. */
const idsPerStatement = 64

/** A whole window as it is read. */
export interface WholeWindow {
  readonly rows: readonly LiveRow[]
  readonly total: number
}

/** What one query asks the database, where others wait and beside them. */
export class QueryReads {
  readonly #query: LiveQuery
  readonly #statements: LiveStatements
  readonly #database: Database & SlowReader
  readonly #conditions: readonly StoredValue[]
  /** Where one document may already take too long, nothing is read where others wait. */
  readonly #isCostly: boolean
  /** Where reading a few documents may take long. */
  readonly #isLong: boolean

  constructor(query: LiveQuery, database: Database & SlowReader) {
    this.#query = query
    this.#statements = liveStatements(query)
    this.#database = database
    this.#conditions = conditionValues(query.seen.conditions)
    this.#isCostly = query.seen.query.conditions.some(isCostly)
    this.#isLong = multiplies(query.seen.view.selection.expansions) || searches(query)
  }

  /** Everything again: the first documents, and how many there are. */
  whole(): WholeWindow {
    const rows = this.window()
    return { rows, total: rows.length < this.#query.limit ? rows.length : this.#total(this.#statements.total) }
  }

  /** The first documents alone. */
  window(): LiveRow[] {
    const { size, window } = this.#statements
    const cut = { cut: [this.#query.limit] }
    if (size !== null && this.#couldBeLarge()) {
      requireSmallAnswer(this.#brief({ whole: size, watched: size }, cut)[0], this.#query.plan.limits)
    }
    return this.#brief(window, cut).map((row) => this.#liveRow(row))
  }

  /** The same as queries for another process: the size or null, the window, the total. */
  slowQueries(): { readonly size: Query | null; readonly window: Query; readonly total: Query } {
    const { size, window, total } = this.#statements
    const cut = { cut: [this.#query.limit] }
    return {
      size: size !== null && this.#couldBeLarge() ? this.#bind(size, cut) : null,
      window: this.#bind(window.whole, cut),
      total: this.#bind(total.whole, {}),
    }
  }

  /** Reads the rows that the other process gave. */
  slowAnswer([sizeRows, windowRows, totalRows]: readonly (readonly Row[])[]): WholeWindow {
    if (sizeRows !== undefined && sizeRows.length > 0) requireSmallAnswer(sizeRows[0], this.#query.plan.limits)
    return { rows: (windowRows ?? []).map((row) => this.#liveRow(row)), total: Number(totalRows?.[0]?.["total"] ?? 0) }
  }

  /** What a window asks when some documents changed, of the state that the reader sees. */
  over(reader: Reader): WindowReads {
    return {
      byIds: (ids) => this.#byIds(reader, ids),
      after: (sort, count) => this.#after(sort, count),
      countBefore: (rows) => this.membersBefore(reader, rows)?.length,
      total: () => this.#total(this.#statements.total),
    }
  }

  /** Which of the rows, by their place, were in the result; undefined when that cannot be told from them. */
  membersBefore(reader: Reader, rows: readonly Readonly<Record<string, unknown>>[]): number[] | undefined {
    const { before, beforeFields } = this.#statements
    if (before === null) return undefined
    if (beforeFields.length === 0) return this.#query.seen.isEmpty ? [] : rows.map((_, index) => index)
    if (rows.some((row) => beforeFields.some((name) => row[name] === undefined))) return undefined
    const json = JSON.stringify(rows.map((row) => beforeFields.map((name) => row[name])))
    return this.#few(reader, before, { key: [json] }).map(({ i }) => Number(i))
  }

  #byIds(reader: Reader, ids: readonly DocumentId[]): LiveRow[] {
    const rows: LiveRow[] = []
    for (let start = 0; start < ids.length; start += idsPerStatement) {
      const key = paddedList(ids.slice(start, start + idsPerStatement))
      const statement = this.#statements.byIds(key.length)
      rows.push(...this.#few(reader, statement, { key }).map((row) => this.#liveRow(row)))
    }
    return rows
  }

  #after(sort: readonly StoredValue[], count: number): LiveRow[] {
    const keyset = keysetAfter(this.#query.keys, sort, "d")
    const rows = this.#brief(this.#statements.after(keyset), { keyset: keyset.values, cut: [count] })
    return rows.map((row) => this.#liveRow(row))
  }

  #total(total: Watchable): number {
    return Number(this.#brief(total, {})[0]?.["total"] ?? 0)
  }

  #couldBeLarge(): boolean {
    const { plan, limit, seen } = this.#query
    return answerCouldBeLarge(seen.view.selection.expansions, limit, plan.limits)
  }

  /** Of a few documents: watched only where they may take long. */
  #few(reader: Reader, statement: Watchable, slots: Bound["slots"]): Row[] {
    return this.#isLong ? this.#brief(statement, slots) : reader.all(this.#bind(statement.whole, slots))
  }

  #brief({ whole, watched }: Watchable, slots: Bound["slots"]): Row[] {
    if (this.#isCostly) throw new ReadTooSlow()
    const query = this.#bind(whole, slots)
    const name = { text: query.sql, values: query.parameters }
    const rows = this.#database.readBriefly(name, (reader, isWatched) =>
      reader.all(isWatched ? this.#bind(watched, slots) : query),
    )
    if (rows === undefined) throw new ReadTooSlow()
    return rows
  }

  #bind(fragment: Fragment, slots: Bound["slots"]): Query {
    const { accesses } = this.#query.seen.view
    const bound = { accesses, slots: { ...slots, conditions: this.#conditions } }
    return sqlQuery(fragment.sql, valuesOf(fragment, bound))
  }

  #liveRow(row: Row): LiveRow {
    const { keys, seen } = this.#query
    const doc = row["doc"]
    if (typeof doc !== "string") throw new Error("A document of a live query is no text.")
    return {
      id: row["id"] as DocumentId,
      sort: keys.map((_, index) => row[`k${index}`] ?? null),
      links: seen.view.selection.expansions.map((_, index) => row[`l${index}`] ?? null),
      doc,
    }
  }
}

/** Whether what is asked, or what may be seen, depends on whole texts or json values. */
function searches({ plan, seen }: LiveQuery): boolean {
  const [access] = seen.view.accesses
  const fields = Array.from(plan.collection.fields.values(), (field) => access?.field(field) ?? "all")
  const narrowed = fields.filter((each) => typeof each === "object")
  return [...seen.conditions, ...narrowed].some(isSearch)
}
