import type { FieldTypeRules } from "./field-type.ts"

/** True or false, stored as 1 and 0. */
export const boolType: FieldTypeRules = {
  sqlType: "INTEGER",
  expected: "true or false",
  jsonSchema: { type: "boolean" },
  toStored: (value) => (value === true ? 1 : value === false ? 0 : undefined),
  explain: () => "must be true or false",
  fromStored: (value) => Number(value) !== 0,
}
