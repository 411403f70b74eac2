import type { FieldTypeRules } from "./field-type.ts"

/** A whole number that JavaScript, JSON and SQLite all hold exactly. */
export const intType: FieldTypeRules = {
  sqlType: "INTEGER",
  expected: "a whole number",
  jsonSchema: { type: "integer", minimum: Number.MIN_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER },
  // Adding 0 turns -0 into 0, which is what would be read back.
  toStored: (value) => (Number.isSafeInteger(value) ? (value as number) + 0 : undefined),
  explain: (value) =>
    Number.isInteger(value) || value === Infinity || value === -Infinity
      ? "must be between -9007199254740991 and 9007199254740991"
      : "must be a whole number",
  fromStored: Number,
}
