import type { FieldTypeRules } from "./field-type.ts"

const uuidRegExp = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** A UUID of any version, stored in lower case so that equal ones are equal text. */
export const uuidType: FieldTypeRules = {
  sqlType: "TEXT",
  expected: "a UUID",
  jsonSchema: { type: "string", format: "uuid" },
  toStored: (value) => (typeof value === "string" && isUuid(value) ? value.toLowerCase() : undefined),
  explain: () => "must be a UUID, such as 0190a6ec-7b4e-7c1f-8e2a-5d3f6b7a8c9d",
  fromStored: String,
}

/** Tells whether a text is a UUID. */
export function isUuid(value: string): boolean {
  return value.length === 36 && uuidRegExp.test(value)
}
