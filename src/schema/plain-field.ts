import type { Field } from "./schema.ts"

/** A field as it is when nothing but its name and type is written. */
export const plainField: Omit<Field, "name" | "type"> = {
  primary: false,
  unique: false,
  nullable: false,
  index: false,
  default: null,
  updatedToNow: false,
  references: null,
  internal: false,
  minLength: null,
  maxLength: null,
  min: null,
  max: null,
  format: null,
  pattern: null,
  enum: null,
  jsonSchema: null,
  rules: { read: null, write: null },
  at: null,
}
