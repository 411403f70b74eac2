import { invalidValue, outOfRange, parsed, wrongType } from "./value-type.ts"
import type { Parsed, ValueType } from "./value-type.ts"

/** What a text may be held to. */
export interface TextLimits {
  readonly lengthMin?: number
  readonly lengthMax?: number
  /** Returns the end of "must …" when the text does not do. */
  readonly check?: (text: string) => string | null
  readonly name?: string
  readonly pattern?: string
}

/** No option holds a longer text than this. */
const textLengthMax = 10_000

/** A text of one or several lines. */
export function text(limits: TextLimits = {}): ValueType<string> {
  const lengthMin = limits.lengthMin ?? 1
  const lengthMax = limits.lengthMax ?? textLengthMax
  const parse = (written: unknown): Parsed<string> => {
    if (typeof written === "number" || typeof written === "boolean") return wrongType("be text; put it in quotes")
    if (typeof written !== "string") return wrongType("be text")
    if (written.length < lengthMin) {
      return outOfRange(lengthMin === 1 ? "not be empty" : `have at least ${lengthMin} characters`)
    }
    if (written.length > lengthMax) return outOfRange(`have at most ${lengthMax} characters`)
    if (written.includes("\0")) return invalidValue("not contain the character U+0000")
    const complaint = limits.check?.(written) ?? null
    return complaint === null ? parsed(written) : invalidValue(complaint)
  }
  const jsonSchema = { type: "string", minLength: lengthMin, ...(limits.pattern ? { pattern: limits.pattern } : {}) }
  const range = lengthMin > 1 ? { range: `at least ${lengthMin} characters` } : {}
  return { name: limits.name ?? "text", suffix: "", parse, toText: (value) => value, jsonSchema, ...range }
}

/** A whole number within bounds. */
export function int(bounds: { readonly min: number; readonly max: number }): ValueType<number> {
  const must = `be a whole number from ${bounds.min} to ${bounds.max}`
  const parse = (written: unknown, from: "yaml" | "text"): Parsed<number> => {
    const isNumeral = from === "text" && typeof written === "string" && /^[+-]?\d{1,15}$/.test(written.trim())
    const value = isNumeral ? Number(written) : written
    if (typeof written === "string" && !isNumeral) {
      return wrongType(/^\d+$/.test(written) ? `${must}, written without quotes` : must)
    }
    if (typeof value !== "number" || !Number.isSafeInteger(value)) return wrongType(must)
    return value < bounds.min || value > bounds.max ? outOfRange(must) : parsed(value)
  }
  const jsonSchema = { type: "integer", minimum: bounds.min, maximum: bounds.max }
  const range = `${bounds.min} to ${bounds.max}`
  return { name: "int", suffix: "", parse, toText: String, jsonSchema, range }
}

/** True or false; as text also 1, 0, yes, no, on, off. */
export function bool(): ValueType<boolean> {
  const words = new Map([
    ...["true", "1", "yes", "on"].map((word) => [word, true] as const),
    ...["false", "0", "no", "off"].map((word) => [word, false] as const),
  ])
  const parse = (written: unknown, from: "yaml" | "text"): Parsed<boolean> => {
    const value = from === "text" && typeof written === "string" ? words.get(written.trim().toLowerCase()) : written
    if (typeof value === "boolean") return parsed(value)
    const isQuoted = typeof written === "string" && /^(?:true|false)$/i.test(written) && from === "yaml"
    return wrongType(isQuoted ? "be true or false, written without quotes" : "be true or false")
  }
  return { name: "bool", suffix: "", parse, toText: String, jsonSchema: { type: "boolean" } }
}

/** One of a few words. */
export function choice<const Word extends string>(words: readonly Word[]): ValueType<Word> {
  const must = `be one of ${words.join(", ")}`
  const parse = (written: unknown): Parsed<Word> => {
    if (typeof written !== "string") return wrongType(must)
    const found = words.find((word) => word === written.trim().toLowerCase())
    return found === undefined ? invalidValue(must) : parsed(found)
  }
  return { name: words.join(" | "), suffix: "", parse, toText: (value) => value, jsonSchema: { enum: [...words] } }
}

/** How many items a list may have. */
const itemCountMax = 1_000

/** A list of values; as text they are separated by commas. */
export function list<Item>(item: ValueType<Item>): ValueType<readonly Item[]> {
  const parse = (written: unknown, from: "yaml" | "text"): Parsed<readonly Item[]> => {
    const parts = from === "text" && typeof written === "string" ? splitList(written) : written
    if (!Array.isArray(parts)) return wrongType("be a list, such as [a, b]")
    if (parts.length > itemCountMax) return outOfRange(`have at most ${itemCountMax} items`)
    const values: Item[] = []
    for (const part of parts) {
      const one = item.parse(part, from)
      if (!one.ok) return { ...one, must: `hold items that each ${one.must}` }
      values.push(one.value)
    }
    return parsed(Object.freeze(values))
  }
  return {
    name: `list of ${item.name}`,
    suffix: "",
    parse,
    toText: (values) => `[${values.map((value) => item.toText(value)).join(", ")}]`,
    jsonSchema: { type: "array", items: item.jsonSchema, maxItems: itemCountMax },
    item: item as ValueType<unknown>,
  }
}

function splitList(written: string): string[] {
  return written.split(",").flatMap((part) => (part.trim() === "" ? [] : [part.trim()]))
}
