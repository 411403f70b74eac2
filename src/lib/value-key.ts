import { Buffer } from "node:buffer"

/**
 * A value of SQL as JSON that no other value has, for keys. JSON alone writes both infinities as `null`, -0 as 0, and has
 * no large integers: two callers whose rules bind different values would share what was worked out for one of them.
 */
export function valueKey(value: unknown): unknown {
  if (typeof value === "string" || value === null) return value
  if (typeof value === "number") return isPlain(value) ? value : ["num", Object.is(value, -0) ? "-0" : String(value)]
  if (typeof value === "bigint") return ["int", String(value)]
  if (value instanceof Uint8Array) return ["blob", Buffer.from(value).toString("base64")]
  throw new TypeError(`SQL has no ${typeof value}.`)
}

function isPlain(value: number): boolean {
  return Number.isFinite(value) && !Object.is(value, -0)
}
