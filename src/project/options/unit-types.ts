import { formatDuration, formatRate, formatSize, parseDuration, parseRate, parseSize } from "../../lib/units.ts"
import type { Rate } from "../../lib/units.ts"
import { outOfRange, parsed, wrongType } from "./value-type.ts"
import type { Parsed, ValueType } from "./value-type.ts"

/** Bounds as one would write them: `{ min: "1s", max: "1h" }`. */
interface WrittenBounds {
  readonly min: string
  readonly max: string
}

/** A span of time such as `30s`; the value is in milliseconds. */
export function duration(bounds: WrittenBounds): ValueType<number, "Ms", string> {
  return measure({
    name: "duration",
    suffix: "Ms",
    bounds,
    example: "a duration such as 250ms, 30s, 15m, 24h or 7d",
    read: parseDuration,
    toText: formatDuration,
    pattern: String.raw`^(\d+(\.\d+)?(ms|s|m|h|d))+$`,
  })
}

/** An amount of bytes such as `64mb`; the value is in bytes. */
export function size(bounds: WrittenBounds): ValueType<number, "Bytes", string> {
  return measure({
    name: "size",
    suffix: "Bytes",
    bounds,
    example: "a size such as 512b, 64kb, 10mb or 1gb",
    read: parseSize,
    toText: formatSize,
    pattern: String.raw`^\d+(\.\d+)? ?([kKmMgG][iI]?)?[bB]$`,
  })
}

/** So many in a span of time, such as `5/minute`. */
export function rate(): ValueType<Rate, "", string> {
  const must = "be a rate such as 5/minute (second, minute, hour or day)"
  const parse = (written: unknown): Parsed<Rate> => {
    const value = typeof written === "string" ? parseRate(written) : null
    if (value === null) return wrongType(must)
    return value.count === 0 ? outOfRange("allow at least one") : parsed(Object.freeze(value))
  }
  const jsonSchema = { type: "string", pattern: String.raw`^\d+ ?/ ?(second|minute|hour|day)$` }
  return { name: "rate", suffix: "", parse, toText: formatRate, jsonSchema }
}

interface Measure<Suffix extends "Ms" | "Bytes"> {
  readonly name: string
  readonly suffix: Suffix
  readonly bounds: WrittenBounds
  readonly example: string
  readonly read: (text: string) => number | null
  readonly toText: (value: number) => string
  readonly pattern: string
}

function measure<Suffix extends "Ms" | "Bytes">(spec: Measure<Suffix>): ValueType<number, Suffix, string> {
  const min = spec.read(spec.bounds.min)!
  const max = spec.read(spec.bounds.max)!
  const parse = (written: unknown): Parsed<number> => {
    // A bare number has no unit, so it could mean anything; only 0 is the same in all of them.
    if (typeof written !== "string" && written !== 0) return wrongType(`be ${spec.example}`)
    const value = spec.read(String(written))
    if (value === null) return wrongType(`be ${spec.example}`)
    if (value < min || value > max) return outOfRange(`be from ${spec.bounds.min} to ${spec.bounds.max}`)
    return parsed(value)
  }
  const pattern = { type: "string", pattern: spec.pattern }
  const jsonSchema = min === 0 ? { anyOf: [pattern, { const: 0 }] } : pattern
  const range = `${spec.bounds.min} to ${spec.bounds.max}`
  return { name: spec.name, suffix: spec.suffix, parse, toText: spec.toText, jsonSchema, range }
}
