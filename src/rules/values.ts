/** A moment in milliseconds since 1970, in UTC. CEL knows the years 1 to 9999. */
export class RuleTimestamp {
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
}

/** A span of time in milliseconds. */
export class RuleDuration {
  readonly ms: number
  constructor(ms: number) {
    this.ms = ms
  }
}

/** An error of CEL as a value: throwing one would cost more than the rest of a rule. */
export class RuleFault {
  /** A sentence for the person who asks why a rule refused. */
  readonly message: string
  constructor(message: string) {
    this.message = message
  }
}

export type RuleKey = string | boolean | bigint

/** A map that is written in a rule. */
export type RuleMap = ReadonlyMap<RuleKey, RuleValue>

/** An object of JSON. */
export interface RuleObject {
  readonly [key: string]: RuleValue
}

/** What CEL computes with: `int` is a bigint, `double` a number; JSON is used as it was parsed, never copied. */
export type RuleValue =
  | null
  | boolean
  | bigint
  | number
  | string
  | Uint8Array
  | RuleTimestamp
  | RuleDuration
  | readonly RuleValue[]
  | RuleMap
  | RuleObject

/** What a part of a rule comes to. */
export type Outcome = RuleValue | RuleFault

/** The name of a value's type in CEL, for messages. */
export function typeName(value: RuleValue): string {
  if (value === null) return "null"
  if (typeof value === "boolean") return "bool"
  if (typeof value === "bigint") return "int"
  if (typeof value === "number") return "double"
  return typeof value === "string" ? "string" : objectTypeName(value)
}

function objectTypeName(value: object): string {
  if (Array.isArray(value)) return "list"
  if (value instanceof RuleTimestamp) return "timestamp"
  if (value instanceof RuleDuration) return "duration"
  return value instanceof Uint8Array ? "bytes" : "map"
}

/** Tells whether a value is a list. */
export function isList(value: Outcome): value is readonly RuleValue[] {
  return Array.isArray(value)
}

/** Tells whether a value is a map: one that is written in a rule, or an object of JSON. */
export function isMap(value: Outcome): value is RuleMap | RuleObject {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false
  return !(
    value instanceof RuleTimestamp ||
    value instanceof RuleDuration ||
    value instanceof Uint8Array ||
    value instanceof RuleFault
  )
}

/** The value of a key, or undefined. A whole double finds the int that it equals. */
export function mapGet(map: RuleMap | RuleObject, key: RuleValue): RuleValue | undefined {
  if (map instanceof Map) return (map as RuleMap).get(plainKey(key) as RuleKey)
  if (typeof key !== "string" || !Object.hasOwn(map, key)) return undefined
  return (map as RuleObject)[key] ?? null
}

/** The keys of a map. */
export function mapKeys(map: RuleMap | RuleObject): readonly RuleKey[] {
  return map instanceof Map ? [...(map as RuleMap).keys()] : Object.keys(map)
}

function plainKey(key: RuleValue): RuleValue {
  return typeof key === "number" && Number.isInteger(key) ? BigInt(key) : key
}
