import type { FieldTypeRules } from "./field-type.ts"

/** Text whose length is usually bounded. `text` has the same rules. */
export const stringType: FieldTypeRules = {
  sqlType: "TEXT",
  expected: "a string",
  jsonSchema: { type: "string" },
  toStored: (value) => (typeof value === "string" && isStorableText(value) ? value : undefined),
  explain: (value) => (typeof value === "string" ? `must be a string ${storableTextRule}` : "must be a string"),
  fromStored: String,
}

/** What SQLite and JSON can both hold; U+0000 ends a string in SQLite's own functions. */
export const storableTextRule = "without U+0000 and without lone surrogates"

/** Tells whether a text can be stored and read back unchanged. */
export function isStorableText(value: string): boolean {
  return value.isWellFormed() && !value.includes("\0")
}
