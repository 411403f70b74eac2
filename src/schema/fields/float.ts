import type { FieldTypeRules } from "./field-type.ts"

/** A finite double. */
export const floatType: FieldTypeRules = {
  sqlType: "REAL",
  expected: "a number",
  jsonSchema: { type: "number" },
  // Adding 0 turns -0 into 0, which is what would be read back.
  toStored: (value) => (typeof value === "number" && Number.isFinite(value) ? value + 0 : undefined),
  explain: (value) => (typeof value === "number" ? "must be a finite number" : "must be a number"),
  fromStored: Number,
}
