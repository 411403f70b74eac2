import type { FieldType } from "../schema.ts"

/**
 * The usual conversions that a value comes back from as it was. Values that cannot be converted are refused before
 * anything is done, so nothing is lost by them either. A text loses its form: "007" comes back as "7".
 */
const lossless: Readonly<Record<FieldType, readonly FieldType[]>> = {
  uuid: ["string", "text", "json"],
  string: ["text", "blob"],
  text: ["string", "blob"],
  int: ["float", "string", "text", "bool", "json"],
  float: ["int", "string", "text", "bool", "json"],
  bool: ["int", "float", "string", "text", "json"],
  timestamp: ["string", "text", "json"],
  json: ["string", "text", "int", "float", "bool", "uuid", "timestamp"],
  blob: ["string", "text"],
}

/** Tells whether a value that was converted in the usual way can be had back as it was. */
export function isLosslessConversion(from: FieldType, to: FieldType): boolean {
  return from === to || lossless[from].includes(to)
}
