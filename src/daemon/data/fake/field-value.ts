import { compileFieldReader } from "../../../schema/field-reader.ts"
import type { FieldReader } from "../../../schema/field-reader.ts"
import type { Field, JsonValue } from "../../../schema/schema.ts"
import type { FakeRandom } from "./fake-random.ts"
import { formatText } from "./format-text.ts"
import { anyJsonValue, jsonValue } from "./json-value.ts"
import type { Moments } from "./moments.ts"
import { momentFor } from "./moments.ts"
import { fitLength, namedText } from "./named-text.ts"
import { patternText } from "./pattern-text.ts"
import { readPattern } from "./pattern-tree.ts"
import type { PatternPart } from "./pattern-tree.ts"

/** What a value is made for. */
export interface ValueFrame {
  readonly random: FakeRandom
  readonly moments: Moments
  /** How often a document was made for this place before, and another one already had its unique values. */
  readonly attempt: number
}

/** So often a value is made until it fits its field. */
const tryCountMax = 200

/** Makes values of one field, each of which fits it. */
export class FieldValues {
  readonly #field: Field
  readonly #collection: string
  readonly #fits: FieldReader
  readonly #pattern: PatternPart | null

  constructor(field: Field, collection: string) {
    this.#field = field
    this.#collection = collection
    this.#fits = compileFieldReader(field)
    this.#pattern = field.pattern === null ? null : readPattern(field.pattern)
  }

  /** A value that the API would take; undefined when none was found. */
  make(frame: ValueFrame): JsonValue | undefined {
    for (let count = 0; count < tryCountMax; count += 1) {
      const value = this.#candidate(frame, count)
      if (!Array.isArray(this.#fits(value))) return value
    }
    return undefined
  }

  #candidate(frame: ValueFrame, count: number): JsonValue {
    const { random, moments } = frame
    const field = this.#field
    if (field.enum !== null) return random.pick(field.enum)
    switch (field.type) {
      case "uuid":
        return random.uuid(moments.createdMs)
      case "string":
      case "text":
        return this.#text(frame, count)
      case "int":
        return intFor(random, field)
      case "float":
        return floatFor(random, field)
      case "bool":
        return random.chance(0.5)
      case "timestamp":
        return momentFor(random, field, moments)
      case "json":
        return field.jsonSchema === null
          ? anyJsonValue(random, field.name)
          : jsonValue(random, field.jsonSchema, field.name)
      case "blob":
        return Buffer.from(
          random.words.string.hexadecimal({ length: 2 * random.int(4, 32), prefix: "" }),
          "hex",
        ).toString("base64")
    }
  }

  #text({ random, moments, attempt }: ValueFrame, count: number): string {
    const field = this.#field
    const bounds = { min: field.minLength ?? 0, max: field.maxLength ?? textLengthMax }
    if (this.#pattern !== null) return patternText(random, this.#pattern, stretchOf(count, bounds))
    if (field.format !== null) return formatText(random, field.format, bounds)
    if (field.default?.kind === "auto" || (field.primary && bounds.max >= 36)) return random.uuid(moments.createdMs)
    const text = fitLength(random, namedText(random, field.name, this.#collection), bounds)
    if (attempt === 0 || !(field.unique || field.primary || attempt > 1)) return text
    // Somebody has it: a few characters at the end make it another one.
    const tail = random.words.string.alphanumeric({ length: Math.min(8, Math.max(1, bounds.max)), casing: "lower" })
    return (
      Array.from(text)
        .slice(0, Math.max(0, bounds.max - tail.length))
        .join("") + tail
    )
  }
}

/** As long as a text without a bound may become. */
const textLengthMax = 2_000

/** A pattern is repeated little at first, and as far as the length asks for when that did not do. */
function stretchOf(count: number, { min, max }: { readonly min: number; readonly max: number }): number {
  if (count % 4 === 3) return 0
  if (count < 20) return Math.min(6, max)
  return Math.min(Math.max(min, 12) + (count % 40), max)
}

function intFor(random: FakeRandom, { min, max, name }: Field): number {
  const [from, to] = rangeOf({ min, max }, usualRange(name))
  return random.int(Math.ceil(from), Math.floor(to))
}

function usualRange(name: string): readonly [number, number] {
  if (name.includes("year")) return [1970, 2026]
  if (/(^|_)age(_|$)/.test(name)) return [18, 90]
  return /percent|progress/.test(name) ? [0, 100] : [0, 1_000]
}

function floatFor(random: FakeRandom, { min, max, name }: Field): number {
  const usual = name.startsWith("lat") ? [-90, 90] : /^(lng|lon)/.test(name) ? [-180, 180] : [0, 1_000]
  const [from, to] = rangeOf({ min, max }, usual as [number, number])
  const value = from + random.share() * (to - from)
  const rounded = Math.round(value * 100) / 100
  return rounded >= from && rounded <= to ? rounded : value
}

/** The bounds of a field; where it has one only, a thousand from there; where it has none, the usual ones. */
function rangeOf(
  { min, max }: Pick<Field, "min" | "max">,
  usual: readonly [number, number],
): readonly [number, number] {
  const width = usual[1] - usual[0]
  if (min === null && max === null) return usual
  const from = min ?? Math.min(usual[0], max! - width)
  const to = max ?? Math.max(usual[1], min! + width)
  return [from, to]
}
