import { isJsonObject } from "../../../lib/json-object.ts"
import type { JsonValue } from "../../../schema/schema.ts"
import type { FakeRandom } from "./fake-random.ts"
import { formatText } from "./format-text.ts"
import { fitLength, namedText } from "./named-text.ts"
import { patternText } from "./pattern-text.ts"
import { readPattern } from "./pattern-tree.ts"

type JsonSchema = { readonly [keyword: string]: JsonValue }

/** What a value of a JSON Schema is made with. */
interface JsonFrame {
  readonly random: FakeRandom
  readonly root: JsonValue
  /** The name of the member that the value stands in. */
  readonly name: string
  readonly depth: number
}

/** Deeper than this only what must be there is made. */
const depthMax = 6

/** Makes a value for a JSON Schema: likely to satisfy it, which the caller judges. */
export function jsonValue(random: FakeRandom, schema: JsonValue, name: string): JsonValue {
  return valueOf({ random, root: schema, name, depth: 0 }, schema)
}

/** Makes a small value for a json field of which nothing is said. */
export function anyJsonValue(random: FakeRandom, name: string): JsonValue {
  if (name.endsWith("s")) return Array.from({ length: random.int(1, 4) }, () => random.words.lorem.word())
  return { [random.words.lorem.word()]: random.words.lorem.word(), [random.words.lorem.word()]: random.int(0, 100) }
}

function valueOf(frame: JsonFrame, given: JsonValue): JsonValue {
  const { random } = frame
  if (!isJsonObject(given)) return random.words.lorem.word()
  const schema = resolved(frame, given)
  if (schema["const"] !== undefined) return schema["const"]
  const values = listOf(schema["enum"])
  if (values.length > 0) return random.pick(values)
  switch (typeOf(random, schema)) {
    case "object":
      return objectOf(frame, schema)
    case "array":
      return arrayOf(frame, schema)
    case "integer":
      return numberOf(random, schema, 1)
    case "number":
      return numberOf(random, schema, 0)
    case "boolean":
      return random.chance(0.5)
    case "null":
      return null
    default:
      return textOf(frame, schema)
  }
}

/** Follows $ref, and puts together what must hold at once. */
function resolved(frame: JsonFrame, schema: JsonSchema): JsonSchema {
  let result = schema
  for (let step = 0; step < depthMax && typeof result["$ref"] === "string"; step += 1) {
    const { $ref: pointer, ...rest } = result
    result = { ...asSchema(lookUp(frame.root, pointer)), ...rest }
  }
  for (const part of listOf(result["allOf"])) result = merged(result, resolved(frame, asSchema(part)))
  for (const keyword of ["anyOf", "oneOf"]) {
    const parts = listOf(result[keyword])
    if (parts.length > 0) result = merged(result, resolved(frame, asSchema(frame.random.pick(parts))))
  }
  return result
}

function merged(one: JsonSchema, other: JsonSchema): JsonSchema {
  return {
    ...one,
    ...other,
    properties: { ...asSchema(one["properties"]), ...asSchema(other["properties"]) },
    required: [...listOf(one["required"]), ...listOf(other["required"])],
  }
}

function lookUp(root: JsonValue, pointer: string): JsonValue {
  let value: JsonValue = root
  for (const part of pointer.replace(/^#\/?/, "").split("/")) {
    if (part === "") continue
    const key = decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~")
    value = asSchema(value)[key] ?? {}
  }
  return value
}

function typeOf(random: FakeRandom, schema: JsonSchema): string {
  const { type } = schema
  if (typeof type === "string") return type
  const types = listOf(type).filter((each) => typeof each === "string")
  if (types.length > 0) return random.pick(types)
  if (Object.keys(asSchema(schema["properties"])).length > 0 || listOf(schema["required"]).length > 0) return "object"
  if (schema["items"] !== undefined || schema["prefixItems"] !== undefined) return "array"
  if (schema["minimum"] !== undefined || schema["maximum"] !== undefined) return "number"
  return "string"
}

function objectOf(frame: JsonFrame, schema: JsonSchema): JsonValue {
  const required = new Set(listOf(schema["required"]).map(String))
  const properties = asSchema(schema["properties"])
  const names = new Set([...required, ...Object.keys(properties)])
  const made: [string, JsonValue][] = []
  for (const name of names) {
    const isWanted = required.has(name) || (frame.depth < depthMax && frame.random.chance(0.7))
    if (isWanted) made.push([name, valueOf({ ...frame, name, depth: frame.depth + 1 }, properties[name] ?? {})])
  }
  const missing = numberIn(schema["minProperties"], 0) - made.length
  const extra = isJsonObject(schema["additionalProperties"]) ? schema["additionalProperties"] : {}
  for (let index = 0; index < missing; index += 1) {
    made.push([`${frame.random.words.lorem.word()}${index}`, valueOf({ ...frame, depth: frame.depth + 1 }, extra)])
  }
  return Object.fromEntries(made)
}

function arrayOf(frame: JsonFrame, schema: JsonSchema): JsonValue {
  const { random } = frame
  const min = numberIn(schema["minItems"], 0)
  const max = Math.max(min, Math.min(numberIn(schema["maxItems"], Infinity), min + (frame.depth < depthMax ? 4 : 0)))
  const length = random.int(min, max)
  const first = listOf(schema["prefixItems"])
  const rest = schema["items"] ?? {}
  const inner = { ...frame, depth: frame.depth + 1 }
  const items: JsonValue[] = []
  const seen = new Set<string>()
  for (let attempt = 0; items.length < length && attempt < length * 20; attempt += 1) {
    const item = valueOf(inner, first[items.length] ?? rest)
    const text = JSON.stringify(item)
    if (schema["uniqueItems"] === true && seen.has(text)) continue
    seen.add(text)
    items.push(item)
  }
  return items
}

function numberOf(random: FakeRandom, schema: JsonSchema, whole: 0 | 1): number {
  const step = numberIn(schema["multipleOf"], whole)
  const tiny = step === 0 ? 1e-6 : step
  const low = Math.max(numberIn(schema["minimum"], -Infinity), numberIn(schema["exclusiveMinimum"], -Infinity) + tiny)
  const high = Math.min(numberIn(schema["maximum"], Infinity), numberIn(schema["exclusiveMaximum"], Infinity) - tiny)
  const from = Number.isFinite(low) ? low : Number.isFinite(high) ? high - 1_000 : 0
  const to = Number.isFinite(high) ? high : from + 1_000
  if (step === 0) return from + random.share() * (to - from)
  const first = Math.ceil(from / step)
  const last = Math.max(first, Math.floor(to / step))
  return Number((random.int(first, last) * step).toPrecision(15))
}

function textOf({ random, name }: JsonFrame, schema: JsonSchema): string {
  const bounds = { min: numberIn(schema["minLength"], 0), max: numberIn(schema["maxLength"], 200) }
  const { pattern } = schema
  const format = typeof schema["format"] === "string" ? schema["format"] : ""
  if (typeof pattern === "string") return patternText(random, readPattern(pattern), Math.max(4, bounds.min))
  const { words } = random
  switch (format) {
    case "email":
      return formatText(random, "email", bounds)
    case "uri":
    case "url":
      return formatText(random, "url", bounds)
    case "uuid":
      return formatText(random, "uuid", bounds)
    case "date-time":
      return words.date.past().toISOString()
    case "date":
      return words.date.past().toISOString().slice(0, 10)
    case "time":
      return words.date.past().toISOString().slice(11)
    case "ipv4":
      return words.internet.ipv4()
    case "ipv6":
      return words.internet.ipv6()
    case "hostname":
      return `${words.internet.domainWord()}.example.com`
    default:
      return fitLength(random, namedText(random, name), bounds)
  }
}

function asSchema(value: JsonValue | undefined): JsonSchema {
  return isJsonObject(value) ? value : {}
}

function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : []
}

function numberIn(value: JsonValue | undefined, fallback: number): number {
  return typeof value === "number" ? value : fallback
}
