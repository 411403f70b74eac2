import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { fieldTypeRules, storedValue, wireValue } from "../../../src/schema/fields/field-types.ts"
import { plainField } from "../../../src/schema/plain-field.ts"
import type { FieldType } from "../../../src/schema/schema.ts"
import { fieldTypes } from "../../../src/schema/schema.ts"
import { arbitraryValue } from "../arbitrary-schema.ts"

const lone = "\uD800"

/** JSON of the given depth: 1 is []. */
function nested(depth: number): unknown {
  let value: unknown = []
  for (let level = 1; level < depth; level += 1) value = [value]
  return value
}

const accepted: readonly (readonly [FieldType, unknown, unknown])[] = [
  ["uuid", "0190A6EC-7B4E-7C1F-8E2A-5D3F6B7A8C9D", "0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d"],
  ["string", "", ""],
  ["string", "😀", "😀"],
  ["text", "a\nb\t\u0001", "a\nb\t\u0001"],
  ["int", 9_007_199_254_740_991, 9_007_199_254_740_991],
  ["int", -0, 0],
  ["float", 1.5, 1.5],
  ["float", -0, 0],
  ["bool", true, 1],
  ["bool", false, 0],
  ["timestamp", "2026-01-31T12:00:00Z", "2026-01-31T12:00:00.000Z"],
  ["timestamp", "2026-01-31t12:00:00.5z", "2026-01-31T12:00:00.500Z"],
  ["timestamp", "2026-01-31T12:00:00.123456789Z", "2026-01-31T12:00:00.123Z"],
  ["timestamp", "2026-01-31T00:30:00+01:00", "2026-01-30T23:30:00.000Z"],
  ["timestamp", "2026-01-31T12:00-0530", "2026-01-31T17:30:00.000Z"],
  ["timestamp", "2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"],
  ["timestamp", "0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
  ["timestamp", "0050-06-01T00:00:00+01:00", "0050-05-31T23:00:00.000Z"],
  ["json", { a: [1, null] }, '{"a":[1,null]}'],
  ["json", "text", '"text"'],
  ["json", "\\u0000", '"\\\\u0000"'],
  ["blob", "AAEC", Buffer.from([0, 1, 2])],
  ["blob", "", Buffer.from([])],
]

const refused: readonly (readonly [FieldType, unknown, string])[] = [
  ["uuid", "0190a6ec7b4e7c1f8e2a5d3f6b7a8c9d", "UUID"],
  ["uuid", 5, "UUID"],
  ["string", 5, "a string"],
  ["string", "a\0b", "U+0000"],
  ["string", `a${lone}`, "surrogates"],
  ["int", 1.5, "whole"],
  ["int", 9_007_199_254_740_992, "9007199254740991"],
  ["int", Infinity, "between"],
  ["int", "1", "whole"],
  ["float", Infinity, "finite"],
  ["float", Number.NaN, "finite"],
  ["float", "1", "a number"],
  ["bool", 1, "true or false"],
  ["bool", "true", "true or false"],
  ["timestamp", "2026-02-30T00:00:00Z", "not a moment"],
  ["timestamp", "2025-02-29T00:00:00Z", "not a moment"],
  ["timestamp", "2026-13-01T00:00:00Z", "not a moment"],
  ["timestamp", "2026-01-31T24:00:00Z", "not a moment"],
  ["timestamp", "2026-01-31T12:60:00Z", "not a moment"],
  ["timestamp", "0000-01-01T00:00:00+01:00", "not a moment"],
  ["timestamp", "2026-01-31T12:00:00", "offset"],
  ["timestamp", "2026-01-31", "offset"],
  ["timestamp", 1_769_860_800_000, "ISO 8601"],
  ["json", null, "null"],
  ["json", undefined, "JSON"],
  ["json", { a: "\0" }, "U+0000"],
  ["json", { "\0": 1 }, "keys"],
  ["json", [lone], "surrogates"],
  ["json", [Infinity], "finite"],
  ["json", nested(65), "64 levels"],
  ["blob", "AAE", "base64"],
  ["blob", "AAF=", "base64"],
  ["blob", "AA_-", "base64"],
  ["blob", " AAEC", "base64"],
  ["blob", 5, "base64"],
]

describe("toStored", () => {
  test.each(accepted)("%s takes %j as %j", (type, value, stored) => {
    expect(storedValue({ type }, value)).toEqual(stored)
  })

  test.each(refused)("%s refuses %j and says why (%s)", (type, value, reason) => {
    expect(fieldTypeRules[type].toStored(value)).toBeUndefined()
    expect(fieldTypeRules[type].explain(value)).toContain(reason)
  })

  test("json of 64 levels fits", () => {
    expect(fieldTypeRules.json.toStored(nested(64))).toBeTypeOf("string")
  })
})

test("what is read back is what was written, for every type", () => {
  for (const type of fieldTypes) {
    const field = { ...plainField, name: "f", type, nullable: true }
    fc.assert(
      fc.property(arbitraryValue(field), (value) => {
        const stored = storedValue(field, value)

        expect(stored).toBeDefined()
        expect(wireValue(field, stored!)).toEqual(JSON.parse(JSON.stringify(value)))
      }),
    )
  }
})

test("the text order of stored timestamps is their order in time", () => {
  const moments = fc.date({ min: new Date("0001-01-02"), max: new Date("9998-01-01"), noInvalidDate: true })
  fc.assert(
    fc.property(moments, moments, (a, b) => {
      const [first, second] = [a, b].map((date) => String(storedValue({ type: "timestamp" }, date.toISOString())))

      expect(first! < second!).toBe(a.getTime() < b.getTime())
    }),
  )
})

test("bool, int and json are read back from what SQLite gives", () => {
  expect(wireValue({ type: "bool" }, 1n)).toBe(true)
  expect(wireValue({ type: "int" }, 5n)).toBe(5)
  expect(wireValue({ type: "json" }, '{"a":1}')).toEqual({ a: 1 })
  expect(wireValue({ type: "blob" }, new Uint8Array([0, 1, 2]))).toBe("AAEC")
  expect(wireValue({ type: "text" }, null)).toBeNull()
})
