import { afterAll, beforeAll, describe, expect, test } from "vitest"

import { openRecords, refusal } from "./open-records.ts"
import type { TestRecords } from "./open-records.ts"

let records: TestRecords

const uuids = ["0190a6ec-7b4e-7c1f-8e2a-000000000001", "0190a6ec-7b4e-7c1f-8e2a-00000000000b"]

/** Each document is called by its name; `none` has no value in any field. */
const documents = [
  { name: "none" },
  {
    name: "one",
    id_: uuids[0],
    s: "Apple, pie",
    i: -1,
    f: -0.5,
    b: false,
    t: "2026-01-01T00:00:00Z",
    j: ["red", 5, true, null, "a,b"],
    x: "AAEC",
  },
  {
    name: "two",
    id_: uuids[1],
    s: "100% äpple_ 😀 null",
    i: 9_007_199_254_740_991,
    f: 1e21,
    b: true,
    t: "2026-01-01T00:00:00.001Z",
    j: { red: "red", "0": "red" },
    x: "AA==",
  },
  { name: "three", s: "null", i: 7, f: 7, b: true, t: "2025-12-31T23:00:00-05:00", j: ["5", "true", [5]] },
]

beforeAll(async () => {
  records = await openRecords(`
collections:
  things:
    timestamps: false
    fields:
      name: { type: string, primary: true }
      id_: { type: uuid, nullable: true }
      s: { type: string, nullable: true }
      i: { type: int, nullable: true }
      f: { type: float, nullable: true }
      b: { type: bool, nullable: true }
      t: { type: timestamp, nullable: true }
      j: { type: json, nullable: true }
      x: { type: blob, nullable: true }
      limit: { type: int, default: 3 }
      hidden: { type: string, nullable: true, internal: true }
`)
  for (const document of documents) await records.create("things", document)
})

afterAll(() => records.database.remove())

/** The names that a filter finds, in alphabetical order. */
async function found(...filters: string[]): Promise<string> {
  const query = filters.map((filter): [string, string] => ["filter", filter])
  return (await records.pluck("things", "name", query)).toSorted(compareNames).join(" ")
}

function compareNames(a: unknown, b: unknown): number {
  return String(a) < String(b) ? -1 : 1
}

/** The advice that a refused query comes with. */
async function adviceFor(query: string): Promise<string | undefined> {
  return (await refusal(() => records.list("things", query))).next
}

describe("every operator on every type it is for", () => {
  test.each([
    ["id_:eq:" + uuids[1]!.toUpperCase(), "two"],
    ["id_:ne:" + uuids[1], "none one three"],
    ["id_:gt:" + uuids[0], "two"],
    ["id_:gte:" + uuids[0], "one two"],
    ["id_:lt:" + uuids[1], "one"],
    ["id_:lte:" + uuids[1], "one two"],
    ["id_:in:" + uuids.join(","), "one two"],
    ["id_:like:%000B", "two"],
    ["id_:contains:00000B", "two"],
    ["id_:eq:null", "none three"],
    ["s:eq:Apple, pie", "one"],
    ["s:eq:apple, pie", ""],
    ["s:eq:100% äpple_ 😀 null", "two"],
    ["s:eq:null", "none"],
    ["s:in:null", "three"],
    ["s:ne:null", "one three two"],
    ["s:ne:null", "one three two"],
    ["s:ne:Apple, pie", "none three two"],
    ["s:gt:Apple", "one three"],
    ["s:gte:null", "three"],
    ["s:lt:Apple", "two"],
    ["s:lte:Apple, pie", "one two"],
    ["s:like:apple%", "one"],
    ["s:like:%PPL%", "one two"],
    ["s:like:n_ll", "three"],
    ["s:contains:pple", "one two"],
    ["s:contains:PPLE", ""],
    ["s:contains:%", "two"],
    ["s:contains:😀", "two"],
    ["s:contains:", "one three two"],
    ["s:in:Apple\\, pie,null", "one three"],
    ["s:in:Apple, pie", ""],
    ["s:eq:", ""],
    ["i:eq:7", "three"],
    ["i:eq:9007199254740991", "two"],
    ["i:ne:7", "none one two"],
    ["i:gt:-1", "three two"],
    ["i:gte:-1", "one three two"],
    ["i:lt:7", "one"],
    ["i:lte:7", "one three"],
    ["i:in:7,-1,100", "one three"],
    ["i:eq:null", "none"],
    ["f:eq:1e21", "two"],
    ["f:eq:7.0", "three"],
    ["f:ne:7", "none one two"],
    ["f:gt:-.5", "three two"],
    ["f:gte:-.5", "one three two"],
    ["f:lt:0", "one"],
    ["f:lte:7", "one three"],
    ["f:in:7,1000000000000000000000", "three two"],
    ["b:eq:true", "three two"],
    ["b:eq:false", "one"],
    ["b:ne:true", "none one"],
    ["b:in:true,false", "one three two"],
    ["b:ne:null", "one three two"],
    ["t:eq:2026-01-01", "one"],
    ["t:eq:2026-01-01T01:00:00+01:00", "one"],
    ["t:eq:2026-01-01T01:00:00 01:00", "one"],
    ["t:gt:2026-01-01T00:00:00Z", "three two"],
    ["t:gte:2026-01-01", "one three two"],
    ["t:lt:2026-01-01T04:00:00Z", "one two"],
    ["t:lte:2026-01-01T04:00:00.000Z", "one three two"],
    ["t:in:2026-01-01T04:00Z,2026-01-01", "one three"],
    ["t:ne:2026-01-01", "none three two"],
    ["j:contains:red", "one"],
    ["j:contains:a,b", "one"],
    ["j:contains:5", "one three"],
    ["j:contains:5.0", "one"],
    ["j:contains:true", "one three"],
    ["j:contains:null", "one"],
    ["j:contains:a", ""],
    ["j:eq:null", "none"],
    ["j:ne:null", "one three two"],
    ["x:eq:AAEC", "one"],
    ["x:ne:AAEC", "none three two"],
    ["x:in:AAEC,AA==", "one two"],
    ["x:eq:null", "none three"],
    ["limit:eq:3", "none one three two"],
  ])("%s", async (filter, names) => {
    expect(await found(filter)).toBe(names)
  })

  test("several filters must all hold, two on one field too", async () => {
    expect(await found("i:gte:-1", "i:lt:8", "b:eq:true")).toBe("three")
  })

  test("the short form means eq, except for names of parameters", async () => {
    expect(
      await records.pluck("things", "name", [
        ["s", "Apple, pie"],
        ["b", "false"],
      ]),
    ).toEqual(["one"])
    expect(await records.pluck("things", "name", [["s", "eq:null"]])).toEqual([])
    expect((await records.list("things", "limit=1")).limit).toBe(1)
  })

  test("lists of every length up to the limit find the same", async () => {
    for (const length of [1, 2, 3, 5, 17, 200]) {
      const numbers = Array.from({ length }, (_, index) => index + 7)
      expect(await found(`i:in:${numbers.join(",")}`)).toBe("three")
    }
  })
})

describe("what does not fit is refused", () => {
  test.each([
    ["i:eq:1.5", "UNFIT_VALUE"],
    ["i:eq:1e3", "UNFIT_VALUE"],
    ["i:eq:9007199254740992", "UNFIT_VALUE"],
    ["i:eq:99999999999999999999999999", "UNFIT_VALUE"],
    ["i:eq:", "UNFIT_VALUE"],
    ["i:in:1,,2", "UNFIT_VALUE"],
    ["i:in:1,null", "UNFIT_VALUE"],
    ["i:gt:null", "UNFIT_VALUE"],
    ["f:eq:1e999", "UNFIT_VALUE"],
    ["f:eq:NaN", "UNFIT_VALUE"],
    ["f:eq:0x10", "UNFIT_VALUE"],
    ["b:eq:1", "UNFIT_VALUE"],
    ["b:eq:TRUE", "UNFIT_VALUE"],
    ["t:eq:yesterday", "UNFIT_VALUE"],
    ["t:eq:2026-02-30", "UNFIT_VALUE"],
    ["id_:eq:123", "UNFIT_VALUE"],
    ["x:eq:***", "UNFIT_VALUE"],
    ["s:eq:a\0b", "UNFIT_VALUE"],
    ["s:like:a\0b", "UNFIT_VALUE"],
    ["s:contains:\uD800", "UNFIT_VALUE"],
    ["i:like:1%", "UNFIT_OPERATOR"],
    ["b:gt:true", "UNFIT_OPERATOR"],
    ["b:contains:true", "UNFIT_OPERATOR"],
    ["j:eq:5", "UNFIT_OPERATOR"],
    ["j:in:5", "UNFIT_OPERATOR"],
    ["x:gt:AA==", "UNFIT_OPERATOR"],
    ["s:EQ:a", "UNKNOWN_OPERATOR"],
    ["s:constructor:a", "UNKNOWN_OPERATOR"],
    ["s::a", "UNKNOWN_OPERATOR"],
    ["s", "MALFORMED"],
    ["s:eq", "MALFORMED"],
    ["", "MALFORMED"],
    ["nmae:eq:x", "UNKNOWN_FIELD"],
    ["hidden:eq:x", "UNKNOWN_FIELD"],
    ["rowid:eq:1", "UNKNOWN_FIELD"],
    ["__proto__:eq:1", "UNKNOWN_FIELD"],
    [`s" OR 1=1 --:eq:1`, "UNKNOWN_FIELD"],
    [`:eq:1`, "UNKNOWN_FIELD"],
    ["s:eq:" + "a".repeat(4_001), "TOO_MANY"],
    ["i:in:" + Array.from({ length: 201 }, (_, index) => index).join(","), "TOO_MANY"],
  ])("%s", async (filter, code) => {
    const error = await refusal(() => found(filter))

    expect(error.code).toBe("INVALID_FILTER")
    expect(error.problems.map((problem) => problem.code)).toEqual([code])
  })

  test("a mistyped field, operator or parameter comes with the word that was meant", async () => {
    expect(await adviceFor("filter=nmae:eq:x")).toBe(`Did you mean "name"?`)
    expect(await adviceFor("filter=s:contain:x")).toBe(`Did you mean "contains"?`)
    expect(await adviceFor("nmae=x")).toBe(`Did you mean "name"?`)
    expect(await adviceFor("filtre=s:eq:x")).toBe(`Did you mean "filter"?`)
    expect(await adviceFor("hiden=x")).not.toContain("hidden")
  })

  test("all problems of a query are reported together", async () => {
    const error = await refusal(() => records.list("things", "filter=i:eq:x&nope=1&sort=no&limit=0&limit=2&expand=z"))

    expect(error.code).toBe("INVALID_QUERY")
    expect(error.problems.map(({ code }) => code)).toEqual([
      "REPEATED_PARAMETER",
      "UNFIT_VALUE",
      "UNKNOWN_PARAMETER",
      "UNKNOWN_FIELD",
      "OUT_OF_RANGE",
      "UNKNOWN_RELATION",
    ])
  })

  test("more filters than the limit are refused", async () => {
    const error = await refusal(() => found(...Array.from({ length: 21 }, () => "i:eq:1")))

    expect(error).toMatchObject({ code: "INVALID_QUERY", problems: [{ code: "TOO_MANY" }] })
  })

  test("values never become SQL", async () => {
    const values = [`'; DROP TABLE things; --`, `" OR ""="`, `\\`, `%' OR '1'='1`, `?`, `:name`, `$1`, "``"]
    for (const value of values) {
      expect(await found(`s:eq:${value}`, `s:like:${value}`)).toBe("")
      expect(await found(`s:contains:${value}`)).toBe("")
      expect(await found(`j:contains:${value}`)).toBe("")
    }
    expect(await found("name:ne:")).toBe("none one three two")
  })
})
