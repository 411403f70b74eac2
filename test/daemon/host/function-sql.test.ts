import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"

import { DataService } from "../../../src/daemon/data/data-service.ts"
import type { ServedDatabase } from "../../../src/daemon/served/served-database.ts"
import { sqlQuery } from "../../../src/daemon/storage/database.ts"
import type { SqlOperation } from "../../../src/functions/guest-abi.ts"
import { openRecords } from "../records/open-records.ts"
import { callerOf, hostYaml, TestHost } from "./host-fixture.ts"
import type { TestCall } from "./host-fixture.ts"

let fixture: TestHost
let data: DataService
let call: TestCall

const query = (sql: string, params: readonly unknown[] = [], more: object = {}): SqlOperation => ({
  op: "sql",
  mode: "query",
  sql,
  params,
  ...more,
})
const exec = (sql: string, params: readonly unknown[] = [], more: object = {}): SqlOperation => ({
  ...query(sql, params, more),
  mode: "exec",
})

async function open(): Promise<void> {
  const records = await openRecords(hostYaml)
  const { database, path } = records.database
  data = new DataService({
    root: "",
    backupsDir: "",
    mode: "dev",
    version: "0",
    database: { engine: database, path, fault: () => database.fault() } as unknown as ServedDatabase,
    schemas: records.schemas,
    clock: records.parts.clock,
    processUrl: new URL("../../../src/daemon/data/data-process.ts", import.meta.url),
  })
  fixture = new TestHost(records, { data })
  call = fixture.call({ manifest: { privileged: true }, caller: callerOf("ada") })
  await call.ask(exec("INSERT INTO users (id, name, post_count) VALUES (?, ?, ?), ('bob', NULL, 0)", ["ada", "Ada", 3]))
}

async function close(): Promise<void> {
  await data.stop()
  await fixture.remove()
}

describe("SQL", () => {
  beforeEach(open)
  afterEach(close)

  test("only a privileged function has it", async () => {
    const refused = await fixture.call().refusal(query("SELECT 1"))

    expect(refused).toMatchObject({
      code: "NOT_PRIVILEGED",
      message: "SQL needs more rights than the function work has.",
    })
  })

  test("rows are objects, values are bound, and whole numbers stay whole", async () => {
    const sql =
      "SELECT name, post_count / ? AS half, ? AS text, ? AS yes, 9007199254740993 AS wide, x'6869' AS bytes FROM users WHERE id = ?"

    expect(await call.ask(query(sql, [2, "it's; --", true, "ada"]))).toEqual([
      { name: "Ada", half: 1, text: "it's; --", yes: 1, wide: "9007199254740993", bytes: "aGk=" },
    ])
    expect(await call.ask(query("SELECT 1 WHERE 0"))).toEqual([])
  })

  test("what writes tells how many rows it changed, and is in the log of changes", async () => {
    expect(await call.ask(exec("UPDATE users SET post_count = post_count + ? WHERE id = ?", [4, "ada"]))).toEqual({
      changes: 1,
    })
    expect(await call.ask(query("SELECT post_count AS n FROM users WHERE id = 'ada'"))).toEqual([{ n: 7 }])
    const changes = fixture.records.database.database.read((reader) =>
      reader.all(sqlQuery("SELECT doc_id, operation, request_id FROM _alyx_changes ORDER BY seq")),
    )
    expect(changes.map((row) => ({ ...row }))).toEqual([
      { doc_id: "ada", operation: "insert", request_id: "req_host" },
      { doc_id: "bob", operation: "insert", request_id: "req_host" },
      { doc_id: "ada", operation: "update", request_id: "req_host" },
    ])
  })
})

/** One database for all: none of them changes anything. */
describe("what is no business of a function", () => {
  beforeAll(open)
  afterAll(close)

  test.each([
    [query("SELECT * FROM _alyx_users"), "QUERY_REFUSED"],
    [query("SELECT * FROM (SELECT * FROM _alyx_meta)"), "QUERY_REFUSED"],
    [query("WITH _alyx_insert_users AS (SELECT * FROM _alyx_users) SELECT * FROM _alyx_insert_users"), "QUERY_REFUSED"],
    [
      exec(
        "INSERT INTO users (id) WITH _alyx_insert_users AS (SELECT id FROM _alyx_users) SELECT id FROM _alyx_insert_users",
      ),
      "QUERY_REFUSED",
    ],
    [query("DELETE FROM users"), "QUERY_REFUSED"],
    [query("PRAGMA table_info(users)"), "QUERY_REFUSED"],
    [query("ATTACH '/tmp/other.db' AS other"), "QUERY_REFUSED"],
    [query("SELECT load_extension('x')"), "QUERY_REFUSED"],
    [exec("DROP TABLE users"), "QUERY_REFUSED"],
    [exec("CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END"), "QUERY_REFUSED"],
    [exec("BEGIN"), "QUERY_REFUSED"],
    [exec("COMMIT"), "QUERY_REFUSED"],
    [exec("DELETE FROM _alyx_changes"), "QUERY_REFUSED"],
    [exec("UPDATE sqlite_schema SET sql = ''"), "QUERY_INVALID"],
    [query("SELECT 1; SELECT 2"), "QUERY_INVALID"],
    [query(""), "QUERY_INVALID"],
    [query("SELEC 1"), "QUERY_INVALID"],
    [query("SELECT nothing FROM users"), "QUERY_INVALID"],
    [query("SELECT json('no')"), "QUERY_INVALID"],
    [query("SELECT ?", [1, 2]), "QUERY_INVALID"],
    [query("SELECT ?", [{ a: 1 }]), "BAD_REQUEST"],
    [exec("INSERT INTO users (id) VALUES ('ada')"), "UNIQUE_CONFLICT"],
    [exec("UPDATE users SET post_count = -1 WHERE id = 'ada'"), "VALIDATION_ERROR"],
  ] as const)("%j is refused: %s", async (operation, code) => {
    expect((await call.refusal(operation)).code).toBe(code)
  })

  test("has changed nothing", async () => {
    expect(await call.ask(query("SELECT id, name, post_count AS n FROM users ORDER BY id"))).toEqual([
      { id: "ada", name: "Ada", n: 3 },
      { id: "bob", name: null, n: 0 },
    ])
    expect(await call.ask(exec("DELETE FROM users WHERE id = 'bob'"))).toEqual({ changes: 1 })
  })
})

describe("what takes long", () => {
  beforeEach(open)
  afterEach(close)

  const recursive = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3)"

  test("writes in a process of its own, with its values", async () => {
    const sql = `${recursive} INSERT INTO users (id, post_count) SELECT ? || i, ? FROM n`

    expect(await call.ask(exec(sql, ["n", 5]))).toEqual({ changes: 3 })
    expect(await call.ask(query("SELECT count(*) AS n FROM users WHERE post_count = 5"))).toEqual([{ n: 3 }])
  })

  test("ends with the time of the call, and nothing is written", { timeout: 30_000 }, async () => {
    const brief = fixture.call({ manifest: { privileged: true }, timeoutMs: 1_000 })
    const endless =
      "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) UPDATE users SET post_count = (SELECT max(i) FROM n)"

    const refused = await brief.refusal(exec(endless))

    expect(refused.code).toBe("QUERY_TIMEOUT")
    expect(await call.ask(query("SELECT post_count AS n FROM users WHERE id = 'ada'"))).toEqual([{ n: 3 }])
  })

  test("is refused within a transaction, where everybody would wait; the rest works there", async () => {
    const tx = { tx: true }
    await call.ask({ op: "transaction", step: "begin" })
    const changed = await call.ask(exec("UPDATE users SET post_count = 9 WHERE id = 'ada'", [], tx))
    const seen = await call.ask(query("SELECT sum(post_count) AS n FROM users", [], tx))
    const outside = await call.ask(query("SELECT sum(post_count) AS n FROM users"))
    const long = await call.refusal(query(`${recursive} SELECT count(*) FROM n`, [], tx))
    const product = await call.refusal(query("SELECT count(*) FROM users AS a, users AS b", [], tx))
    const without = await call.refusal(exec("UPDATE users SET post_count = 1"))
    await call.ask({ op: "transaction", step: "commit" })

    expect([changed, seen, outside]).toEqual([{ changes: 1 }, [{ n: 9 }], [{ n: 3 }]])
    expect([long.code, product.code, without.code]).toEqual(["QUERY_TIMEOUT", "QUERY_TIMEOUT", "TRANSACTION_OPEN"])
    expect(await call.ask(query("SELECT sum(post_count) AS n FROM users"))).toEqual([{ n: 9 }])
  })
})
