import type { StatementGroup } from "../request-trace.ts"
import type { Query, Reader, SlowReader, Transaction } from "../storage/database.ts"

/** Reads as the reader does, and notes each statement with its time and rows; one that fails has none. */
export class TracedReader<Traced extends Reader = Reader> implements Reader {
  protected readonly traced: Traced
  readonly #group: StatementGroup

  constructor(traced: Traced, group: StatementGroup) {
    this.traced = traced
    this.#group = group
  }

  all<R>(query: Query<R>): R[] {
    return this.note(
      query.sql,
      () => this.traced.all(query),
      (rows) => rows.length,
    )
  }

  get<R>(query: Query<R>): R | undefined {
    return this.note(
      query.sql,
      () => this.traced.get(query),
      (row) => (row === undefined ? 0 : 1),
    )
  }

  /** Timed to its end, with what is done with the rows in between. */
  *iterate<R>(query: Query<R>): Iterable<R> {
    const begin = performance.now()
    let rowCount = 0
    try {
      for (const row of this.traced.iterate(query)) {
        rowCount += 1
        yield row
      }
    } finally {
      this.#add(query.sql, begin, rowCount)
    }
  }

  protected note<T>(sql: string, run: () => T, countOf: (result: T) => number): T {
    const begin = performance.now()
    let rowCount = 0
    try {
      const result = run()
      rowCount = countOf(result)
      return result
    } finally {
      this.#add(sql, begin, rowCount)
    }
  }

  #add(sql: string, begin: number, rowCount: number): void {
    // How a statement will run is asked once, to choose its shape; it is no part of what was asked for.
    if (sql.startsWith("EXPLAIN ")) return
    this.#group.add({ sql, durationMs: performance.now() - begin, rowCount, where: "daemon" })
  }
}

/** The same for a transaction. */
export class TracedTransaction extends TracedReader<Transaction> implements Transaction {
  run(query: Query<unknown>): ReturnType<Transaction["run"]> {
    return this.note(
      query.sql,
      () => this.traced.run(query),
      ({ changes }) => changes,
    )
  }
}

/** The same for reads in a process beside the daemon; those that were given up took the time until then. */
export async function readSlowTraced(
  reader: SlowReader,
  queries: readonly Query<unknown>[],
  group: StatementGroup,
): ReturnType<SlowReader["readSlow"]> {
  const begin = performance.now()
  let durationsMs: readonly number[] = []
  let results: Awaited<ReturnType<SlowReader["readSlow"]>> = []
  try {
    results = await reader.readSlow(queries, (times) => (durationsMs = times))
    return results
  } finally {
    const elapsedMs = performance.now() - begin
    for (const [index, { sql }] of queries.entries()) {
      const rowCount = results[index]?.length ?? 0
      group.add({ sql, durationMs: durationsMs[index] ?? elapsedMs, rowCount, where: "reader" })
    }
  }
}
