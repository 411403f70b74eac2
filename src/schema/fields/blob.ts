import { Buffer } from "node:buffer"

import type { FieldTypeRules } from "./field-type.ts"

/** Bytes, which cross the wire as base64 with padding. */
export const blobType: FieldTypeRules = {
  sqlType: "BLOB",
  expected: "base64",
  jsonSchema: {
    type: "string",
    contentEncoding: "base64",
    pattern: "^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/][AQgw]==|[A-Za-z0-9+/]{2}[AEIMQUYcgkosw048]=)?$",
  },
  toStored: (value) => {
    if (typeof value !== "string") return undefined
    const bytes = Buffer.from(value, "base64")
    // Buffer skips what is not base64; only a text that comes out again as it went in was all base64.
    return bytes.toString("base64") === value ? bytes : undefined
  },
  explain: () => "must be base64 with padding (the alphabet with + and /)",
  fromStored: (value) => Buffer.from(value as Uint8Array).toString("base64"),
}
