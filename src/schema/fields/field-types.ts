import type { Field, FieldType, JsonValue } from "../schema.ts"
import { blobType } from "./blob.ts"
import { boolType } from "./bool.ts"
import type { FieldTypeRules, StoredValue } from "./field-type.ts"
import { floatType } from "./float.ts"
import { intType } from "./int.ts"
import { jsonType } from "./json.ts"
import { stringType } from "./string.ts"
import { timestampType } from "./timestamp.ts"
import { uuidType } from "./uuid.ts"

/** Every type of the language with what it knows. */
export const fieldTypeRules: Readonly<Record<FieldType, FieldTypeRules>> = {
  uuid: uuidType,
  string: stringType,
  text: stringType,
  int: intType,
  float: floatType,
  bool: boolType,
  timestamp: timestampType,
  json: jsonType,
  blob: blobType,
}

/** Turns a stored value into the one of answers; null stays null. */
export function wireValue(field: Pick<Field, "type">, stored: StoredValue): JsonValue {
  return stored === null ? null : fieldTypeRules[field.type].fromStored(stored)
}

/** Turns a value of a request into the stored one; null stays null, undefined means that the value does not fit. */
export function storedValue(field: Pick<Field, "type">, value: unknown): StoredValue | undefined {
  return value === null ? null : fieldTypeRules[field.type].toStored(value)
}
