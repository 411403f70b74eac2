import * as fc from "fast-check"
import { describe, expect, test } from "vitest"

import { convertValue, isConvertible } from "../../../src/daemon/storage/convert-value.ts"
import { storedValue } from "../../../src/schema/fields/field-types.ts"
import { isLosslessConversion } from "../../../src/schema/migrations/conversions.ts"
import { plainField } from "../../../src/schema/plain-field.ts"
import type { FieldType } from "../../../src/schema/schema.ts"
import { fieldTypes } from "../../../src/schema/schema.ts"
import { arbitraryValue } from "../arbitrary-schema.ts"

const pairs = fieldTypes.flatMap((from) =>
  fieldTypes
    .filter((to) => to !== from && isLosslessConversion(from, to))
    .map((to): [FieldType, FieldType] => [from, to]),
)

describe("a conversion that is called lossless", () => {
  test.each(pairs)("brings values back as they were: %s to %s", (from, to) => {
    expect(isConvertible(from, to)).toBe(true)
    fc.assert(
      fc.property(arbitraryValue({ ...plainField, name: "f", type: from }), (value) => {
        const stored = storedValue({ type: from }, value)
        const converted = convertValue(from, to, stored ?? null)
        if (converted === undefined) return
        expect(convertValue(to, from, converted)).toEqual(stored)
      }),
      { numRuns: 20 },
    )
  })
})

test("what the engine converts and is not called lossless begins with a text that loses its form", () => {
  const others = fieldTypes.flatMap((from) =>
    fieldTypes.filter((to) => isConvertible(from, to) && !isLosslessConversion(from, to)).map(() => from),
  )

  expect([...new Set(others)]).toEqual(["string", "text"])
})
