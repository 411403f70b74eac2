import { describe, expect, test } from "vitest"

import { convertValue, isConvertible } from "../../../src/daemon/storage/convert-value.ts"
import { fieldTypes } from "../../../src/schema/schema.ts"
import type { FieldType } from "../../../src/schema/schema.ts"

const uuid = "0190a5a0-0000-7000-8000-000000000001"

describe("convertValue", () => {
  test.each<[FieldType, FieldType, string | number | Uint8Array, unknown]>([
    ["string", "int", " 42 ", 42],
    ["string", "int", "-0", 0],
    ["string", "int", "4.0", undefined],
    ["string", "int", "", undefined],
    ["string", "int", "0x10", undefined],
    ["string", "int", "9007199254740993", undefined],
    ["text", "float", "1.5e3", 1500],
    ["text", "float", ".5", 0.5],
    ["text", "float", "Infinity", undefined],
    ["text", "float", "1e999", undefined],
    ["string", "bool", "Yes", 1],
    ["string", "bool", "0", 0],
    ["string", "bool", "2", undefined],
    ["string", "timestamp", "2026-02-28", "2026-02-28T00:00:00.000Z"],
    ["string", "timestamp", "2026-02-30", undefined],
    ["string", "timestamp", "2026-02-28 10:20:30", "2026-02-28T10:20:30.000Z"],
    ["string", "timestamp", "2026-02-28T10:20+02:00", "2026-02-28T08:20:00.000Z"],
    ["string", "uuid", uuid.toUpperCase(), uuid],
    ["string", "uuid", "none", undefined],
    ["string", "json", '{"a":1}', '{"a":1}'],
    ["string", "json", "plain", undefined],
    ["string", "json", "null", undefined],
    ["string", "blob", "é", Buffer.from("é")],
    ["int", "string", 7, "7"],
    ["int", "float", 7, 7],
    ["int", "bool", 1, 1],
    ["int", "bool", 2, undefined],
    ["int", "timestamp", 7, undefined],
    ["float", "int", 7, 7],
    ["float", "int", 7.5, undefined],
    ["float", "string", 0.1, "0.1"],
    ["bool", "string", 0, "false"],
    ["bool", "json", 1, "true"],
    ["timestamp", "string", "2026-02-28T00:00:00.000Z", "2026-02-28T00:00:00.000Z"],
    ["json", "text", '"a"', '"a"'],
    ["json", "int", "7", 7],
    ["json", "int", '"7"', undefined],
    ["json", "bool", "true", 1],
    ["blob", "text", Buffer.from("é"), "é"],
    ["blob", "text", new Uint8Array([255]), undefined],
    ["blob", "text", new Uint8Array([0]), undefined],
  ])("%s to %s: %o becomes %o", (from, to, value, expected) => {
    expect(convertValue(from, to, value)).toEqual(expected)
  })

  test("leaves null as it is, whatever the types", () => {
    for (const from of fieldTypes) for (const to of fieldTypes) expect(convertValue(from, to, null)).toBeNull()
  })

  test("has no conversion where the meaning would be a guess", () => {
    const guesses: [FieldType, FieldType][] = [
      ["int", "timestamp"],
      ["timestamp", "int"],
      ["int", "blob"],
      ["blob", "int"],
      ["bool", "timestamp"],
      ["int", "uuid"],
    ]
    for (const [from, to] of guesses) expect(isConvertible(from, to)).toBe(false)
  })
})
