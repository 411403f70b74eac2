import type { Query, SlowReadFacts } from "../database.ts"
import { sqlQuery } from "../database.ts"
import { largeTableRowCount, walksOrSorts } from "./query-plan.ts"
import { quoteName } from "../../../lib/sql-name.ts"
import type { SqliteConnection } from "./sqlite-connection.ts"

/** Plans remembered at most; the texts of lists differ by filter and sort, and there are only so many in use. */
const planCountMax = 2_000

/** How long a table's size is taken for granted. */
const sizeAgeMsMax = 5_000

interface Plan {
  readonly walksWhenFiltered: boolean
  readonly walksWhenUnfiltered: boolean
  readonly tables: readonly string[]
}

/** Knows which queries would keep the event loop waiting: by their plan, and by how large their tables are now. */
export class SlowQueries {
  readonly #connection: SqliteConnection
  #plans = new Map<string, Plan>()
  readonly #sizes = new Map<string, { readonly rowCount: number; readonly readAtMs: number }>()

  constructor(connection: SqliteConnection) {
    this.#connection = connection
  }

  isSlow({ sql }: Query<unknown>, facts: SlowReadFacts): boolean {
    const plan = this.#plans.get(sql) ?? this.#plan(sql)
    const walks = facts.unfiltered === true ? plan.walksWhenUnfiltered : plan.walksWhenFiltered
    return walks && plan.tables.some((table) => this.#rowCount(table) > largeTableRowCount)
  }

  /** The index that would spare the walk, as advice: the columns of the largest table that the query names. */
  missingIndex({ sql }: Query<unknown>): { readonly table: string; readonly fields: readonly string[] } | undefined {
    const plan = this.#plans.get(sql) ?? this.#plan(sql)
    const [table] = plan.tables.toSorted((a, b) => this.#rowCount(b) - this.#rowCount(a))
    if (table === undefined) return undefined
    const columns = this.#connection.all<{ name: string }>(sqlQuery(`PRAGMA table_info(${quoteName(table)})`))
    const clauses = sql.slice(Math.max(0, sql.search(/\b(?:WHERE|ORDER BY)\b/)))
    const named = new Set([...clauses.matchAll(/"([^"]+)"/g)].map(([, name]) => name))
    return { table, fields: columns.map(({ name }) => name).filter((name) => named.has(name)) }
  }

  /** After a change of tables, plans and sizes are others. */
  forget(): void {
    this.#plans.clear()
    this.#sizes.clear()
  }

  #plan(sql: string): Plan {
    const lines = this.#connection.once<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).map((row) => row.detail)
    const walksWhenFiltered = walksOrSorts(lines, {})
    const plan = {
      walksWhenFiltered,
      walksWhenUnfiltered: walksOrSorts(lines, { unfiltered: true }),
      tables: walksWhenFiltered ? this.#tablesOf(sql) : [],
    }
    if (this.#plans.size >= planCountMax) this.#plans = new Map()
    this.#plans.set(sql, plan)
    return plan
  }

  /** The program of a query opens each table by its first page, whatever it is called in the text. */
  #tablesOf(sql: string): readonly string[] {
    const pages = this.#connection
      .once<{ opcode: string; p2: number }>(`EXPLAIN ${sql}`)
      .filter(({ opcode }) => opcode === "OpenRead")
      .map(({ p2 }) => p2)
    const list = JSON.stringify(pages)
    const tables = sqlQuery<{ name: string }>(
      "SELECT DISTINCT tbl_name AS name FROM sqlite_schema WHERE rootpage IN (SELECT value FROM json_each(?))",
      [list],
    )
    return this.#connection.all(tables).map(({ name }) => name)
  }

  /** The highest rowid: at least the number of rows, and found without a walk. */
  #rowCount(table: string): number {
    const nowMs = performance.now()
    const known = this.#sizes.get(table)
    if (known !== undefined && nowMs - known.readAtMs < sizeAgeMsMax) return known.rowCount
    const row = this.#connection.get<{ count: number | null }>(
      sqlQuery(`SELECT max(rowid) AS count FROM ${quoteName(table)}`),
    )
    const rowCount = row?.count ?? 0
    this.#sizes.set(table, { rowCount, readAtMs: nowMs })
    return rowCount
  }
}
