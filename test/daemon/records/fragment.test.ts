import { expect, test } from "vitest"

import type { ReadAccess } from "../../../src/daemon/records/access.ts"
import { rowAccessSql } from "../../../src/daemon/records/access-sql.ts"
import { joinSql, slotSql, sql, valuesOf } from "../../../src/daemon/records/fragment.ts"
import { NarrowedAccess } from "../../../src/daemon/records/read-access.ts"
import type { StoredValue } from "../../../src/schema/fields/field-type.ts"

function accessTo(...values: StoredValue[]): ReadAccess {
  const condition = { shape: "s", values, sql: (alias: string) => `${alias}.a IS ?`, equalities: [], fields: ["a"] }
  return new NarrowedAccess(condition, new Map())
}

test("values follow their placeholders wherever a piece ends up", () => {
  const rows = joinSql(rowAccessSql({ access: accessTo("x"), index: 0 }, "d"), " AND ")
  const inner = joinSql(rowAccessSql({ access: accessTo("y"), index: 1 }, "e"), " AND ")
  const key = slotSql("key", "d.id = ?")

  const statement = sql`SELECT (SELECT 1 FROM e WHERE ${inner}), ${inner} FROM d WHERE ${key} AND ${rows} LIMIT ${slotSql("cut", "?")}`
  const bound = { accesses: [accessTo("own"), accessTo("other")], slots: { key: [7], cut: [20] } }

  expect(statement.sql).toBe(
    "SELECT (SELECT 1 FROM e WHERE (e.a IS ?)), (e.a IS ?) FROM d WHERE d.id = ? AND (d.a IS ?) LIMIT ?",
  )
  expect(valuesOf(statement, bound)).toEqual(["other", "other", 7, "own", 20])
  expect(valuesOf(sql`SELECT ${1}`, bound)).toEqual([])
})

test("everything and nothing bind nothing", () => {
  const all = new NarrowedAccess("all", new Map())
  const none = new NarrowedAccess("none", new Map())

  expect(rowAccessSql({ access: all, index: 0 }, "d")).toEqual([])
  expect(rowAccessSql({ access: none, index: 0 }, "d")).toEqual([{ sql: "0", binds: [] }])
})

test("keys tell values of different kinds apart, shapes do not", () => {
  const all = [accessTo(1), accessTo("1"), accessTo(1n), accessTo(null), accessTo(new Uint8Array([49]))]

  expect(new Set(all.map(({ key }) => key)).size).toBe(all.length)
  expect(new Set(all.map(({ shape }) => shape)).size).toBe(1)
})
