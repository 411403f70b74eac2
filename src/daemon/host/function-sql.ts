import { alyxError, isAlyxError } from "../../errors.ts"
import type { SqlOperation } from "../../functions/guest-abi.ts"
import { BoundedCache } from "../../lib/bounded-cache.ts"
import { splitSql } from "../../lib/sql-statements.ts"
import type { Schema } from "../../schema/schema.ts"
import type { HostAnswer } from "../functions/host-api.ts"
import type { Invocation } from "../functions/invocation.ts"
import type { QueryEnd } from "../../protocol/data-api.ts"
import { writeOnSchema } from "../records/write-on-schema.ts"
import type { RecordParts } from "../records/records.ts"
import { sqlQuery } from "../storage/database.ts"
import type { Query, Row, SqlValue } from "../storage/database.ts"
import { isBriefStatement, judgeStatement } from "../storage/sqlite/function-console.ts"
import type { JudgedStatement } from "../storage/sqlite/function-console.ts"
import type { ChainTransactions } from "./chain-transactions.ts"
import type { HostParts } from "./host-parts.ts"
import { actingCaller, requirePrivileged } from "./privileges.ts"

/** UTF-16 code units of one statement. */
const sqlLengthMax = 100_000

/** Values that one statement is given. */
const parameterCountMax = 1_000

/** Statements of which it is kept what they do, for each schema. */
const judgedCountMax = 256

/** A statement that takes long is ended after this; other writes wait meanwhile. */
const writeMsMax = 10_000

/** What FunctionSql needs. */
export interface FunctionSqlParts extends Pick<HostParts, "records" | "database" | "data"> {
  readonly transactions: ChainTransactions
}

/**
 * SQL of privileged functions: `ctx.asAdmin.db.query` and `exec`. Queries run in the reader processes; what writes runs
 * here only if it is sure to end soon, else in a process of its own while other writes wait.
 */
export class FunctionSql {
  readonly #parts: FunctionSqlParts
  readonly #judged = new WeakMap<Schema, BoundedCache<JudgedStatement>>()

  constructor(parts: FunctionSqlParts) {
    this.#parts = parts
  }

  async run(invocation: Invocation, operation: SqlOperation): Promise<HostAnswer> {
    requirePrivileged(invocation.manifest, "SQL")
    const { mode, tx } = operation
    if (mode !== "query" && mode !== "exec") {
      throw alyxError("BAD_REQUEST", { message: `"mode" of a statement must be query or exec.` })
    }
    const sql = requireStatement(operation.sql)
    const query = sqlQuery(sql, boundValues(operation.params))
    if (mode === "exec" && tx !== true) this.#parts.transactions.requireNone(invocation)
    const judged = this.#judge(sql, mode)
    if (mode === "query" && tx !== true) return rowsAnswer(await readAside(this.#parts.records, query))
    const isBrief = this.#parts.records.database.read((reader) => isBriefStatement(reader, judged))
    if (tx === true) return this.#inTransaction(invocation, { query, mode, isBrief })
    if (!isBrief) return this.#writeAside(invocation, sql, operation.params)
    return { value: { changes: await this.#write(invocation, this.#parts.records, query) } }
  }

  async #inTransaction(
    invocation: Invocation,
    { query, mode, isBrief }: { readonly query: Query; readonly mode: "query" | "exec"; readonly isBrief: boolean },
  ): Promise<HostAnswer> {
    const records = this.#parts.transactions.recordsOf(invocation)
    if (!isBrief) {
      throw alyxError("QUERY_TIMEOUT", {
        message: "The statement may take too long for a transaction: it walks through more than one small table.",
        next: "Find rows by their primary key or a unique field, or run it before the transaction.",
      })
    }
    if (mode === "query") return rowsAnswer(explained(() => records.database.read((reader) => reader.all(query))))
    return { value: { changes: await this.#write(invocation, records, query) } }
  }

  /** As a request of an admin on unnamed collections: what it does to documents of accounts is settled. */
  async #write(invocation: Invocation, records: RecordParts, query: Query): Promise<number> {
    const caller = actingCaller(invocation, { asAdmin: true })
    return writeOnSchema(
      records,
      { schema: records.schemas.current, caller },
      () => (transaction) => explained(() => transaction.run(query).changes),
    )
  }

  async #writeAside(invocation: Invocation, sql: string, params: SqlOperation["params"]): Promise<HostAnswer> {
    const asked = {
      sql,
      parameters: params as readonly (string | number | boolean | null)[],
      mayWrite: true,
      rowCountMax: 1,
      timeoutMs: Math.min(writeMsMax, Math.max(1, invocation.deadlineMs - performance.now())),
      requestId: invocation.requestId,
    }
    const { process } = await this.#parts.data.write(asked, invocation.ended)
    let text = ""
    for await (const chunk of process.output) text += String(chunk)
    await process.ended
    const lines = text.trimEnd()
    const end = JSON.parse(lines.slice(lines.lastIndexOf("\n") + 1)) as QueryEnd
    return { value: { changes: end.changes ?? 0 } }
  }

  /** Judged once a schema: what SQLite says of it is the same then. */
  #judge(sql: string, mode: "query" | "exec"): JudgedStatement {
    const { records, database } = this.#parts
    const schema = records.schemas.current
    const known = this.#judged.get(schema) ?? new BoundedCache({ sizeMax: judgedCountMax, keyLengthMax: 2_000 })
    this.#judged.set(schema, known)
    return known.get(`${mode} ${sql}`, () => judgeStatement(database.path, sql, mode === "query" ? "read" : "write"))
  }
}

function requireStatement(sql: unknown): string {
  if (typeof sql !== "string") throw alyxError("BAD_REQUEST", { message: `"sql" must be a text.` })
  if (sql.length > sqlLengthMax) {
    throw alyxError("QUERY_INVALID", { message: `The statement is longer than ${sqlLengthMax} characters.` })
  }
  const { length } = splitSql(sql)
  if (length === 1) return sql
  throw alyxError("QUERY_INVALID", {
    message: length === 0 ? "There is no statement." : `These are ${length} statements.`,
    next: "Run one at a time; what must happen together goes into ctx.db.transaction.",
  })
}

/** Whole numbers are bound as such: a half of 5 is 2, as in SQL. */
function boundValues(params: unknown): SqlValue[] {
  if (!Array.isArray(params) || params.length > parameterCountMax) {
    throw alyxError("BAD_REQUEST", { message: `"params" must be a list of at most ${parameterCountMax} values.` })
  }
  return params.map((value: unknown, index) => {
    if (typeof value === "string" || value === null) return value
    if (typeof value === "boolean") return value ? 1n : 0n
    if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value
    throw alyxError("BAD_REQUEST", {
      message: `The value ${index + 1} of a statement must be a text, a number, true, false or null.`,
      next: "Write what is json as a text, with JSON.stringify.",
    })
  })
}

async function readAside({ database }: RecordParts, query: Query): Promise<readonly Row[]> {
  try {
    const [rows] = await database.readSlow([query])
    return rows ?? []
  } catch (error) {
    throw invalidStatement(error)
  }
}

function explained<T>(work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw invalidStatement(error)
  }
}

/** What SQLite says only when the statement runs, such as too many values, or what is no JSON. */
function invalidStatement(error: unknown): unknown {
  if (isAlyxError(error) || !(error instanceof Error) || !isOfStatement(error)) return error
  return alyxError("QUERY_INVALID", { message: `SQLite says: ${error.message}.`, cause: error })
}

/** SQLite's general error, a value out of range, or one that cannot be bound. */
function isOfStatement(error: Error): boolean {
  if ("errcode" in error) return error.errcode === 1 || error.errcode === 25
  return "code" in error && String(error.code).startsWith("ERR_INVALID")
}

/** Bytes are base64, as in documents; whole numbers that JSON cannot hold are texts. */
function rowsAnswer(rows: readonly Row[]): HostAnswer {
  const text = JSON.stringify(rows, (_name, value: unknown) => {
    if (typeof value === "bigint") return String(value)
    return value instanceof Uint8Array ? Buffer.from(value).toString("base64") : value
  })
  return { body: Buffer.from(text) }
}
