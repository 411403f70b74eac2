import type { FieldType } from "../schema.ts"

/** The usual conversions that keep every value whole, so that nothing is lost by them. */
const lossless: Readonly<Record<FieldType, readonly FieldType[]>> = {
  uuid: ["string", "text"],
  string: ["text"],
  text: ["string"],
  int: ["float", "string", "text"],
  // SQLite writes a float with 15 digits, which are not always enough.
  float: [],
  bool: ["int", "float", "string", "text"],
  timestamp: ["string", "text"],
  json: ["string", "text"],
  blob: ["string", "text"],
}

/** Tells whether the usual conversion between two types keeps every value. */
export function isLosslessConversion(from: FieldType, to: FieldType): boolean {
  return from === to || lossless[from].includes(to)
}
