import { fieldTypeRules } from "../../schema/fields/field-types.ts"
import type { StoredValue } from "../../schema/fields/field-type.ts"
import type { FieldType, JsonValue } from "../../schema/schema.ts"

/** Turns a stored value of one type into that of another, or returns undefined when the value cannot become one. */
type Conversion = (value: Exclude<StoredValue, null>) => StoredValue | undefined

/**
 * The conversions that need no explanation, by the types before and after. What is not here (a number that may be
 * seconds or milliseconds, bytes that may be anything) needs the person's own expression.
 */
const conversions: Readonly<Record<FieldType, Partial<Record<FieldType, Conversion>>>> = {
  uuid: { string: same, text: same, json: toJson },
  string: { text: same, ...fromText() },
  text: { string: same, ...fromText() },
  int: { float: Number, string: String, text: String, bool: zeroOrOne, json: toJson },
  float: { int: wholeNumber, string: String, text: String, bool: zeroOrOne, json: toJson },
  bool: { int: Number, float: Number, string: trueOrFalse, text: trueOrFalse, json: trueOrFalse },
  timestamp: { string: same, text: same, json: toJson },
  // The JSON text as it is stored, so that it can be converted back.
  json: {
    string: same,
    text: same,
    int: fromJson("int"),
    float: fromJson("float"),
    bool: fromJson("bool"),
    uuid: fromJson("uuid"),
    timestamp: fromJson("timestamp"),
  },
  blob: { string: utf8Text, text: utf8Text },
}

/** Whether values of one type usually become another one. */
export function isConvertible(from: FieldType, to: FieldType): boolean {
  return from === to || conversions[from][to] !== undefined
}

/** Converts a stored value; null stays null, undefined means that this value cannot be converted. */
export function convertValue(from: FieldType, to: FieldType, value: StoredValue): StoredValue | undefined {
  if (value === null || from === to) return value
  return conversions[from][to]?.(value)
}

function fromText(): Partial<Record<FieldType, Conversion>> {
  return {
    uuid: (value) => fieldTypeRules.uuid.toStored(String(value).trim()),
    int: (value) => numberOf(String(value), /^[+-]?\d+$/, Number.isSafeInteger),
    float: (value) => numberOf(String(value), /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/, Number.isFinite),
    bool: (value) => words.get(String(value).trim().toLowerCase()),
    timestamp: (value) => momentOf(String(value).trim()),
    json: (value) => parsed(String(value), (json) => fieldTypeRules.json.toStored(json)),
    blob: (value) => Buffer.from(String(value), "utf8"),
  }
}

const words = new Map([
  ["true", 1],
  ["yes", 1],
  ["1", 1],
  ["false", 0],
  ["no", 0],
  ["0", 0],
])

function numberOf(text: string, form: RegExp, isGood: (value: number) => boolean): number | undefined {
  const trimmed = text.trim()
  const value = Number(trimmed)
  return form.test(trimmed) && isGood(value) ? value + 0 : undefined
}

/** Days without a time begin at midnight, and times without a zone are UTC, as SQLite's own functions write them. */
function momentOf(text: string): StoredValue | undefined {
  const moment = fieldTypeRules.timestamp
  if (/^\d{4}-\d{2}-\d{2}$/.test(text)) return moment.toStored(`${text}T00:00:00Z`)
  const plain = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)$/.exec(text)
  return moment.toStored(plain === null ? text : `${plain[1]}T${plain[2]}Z`)
}

function same(value: StoredValue): StoredValue {
  return value
}

function wholeNumber(value: StoredValue): StoredValue | undefined {
  return Number.isSafeInteger(value) ? Number(value) + 0 : undefined
}

function zeroOrOne(value: StoredValue): StoredValue | undefined {
  return Number(value) === 0 || Number(value) === 1 ? Number(value) : undefined
}

function trueOrFalse(value: StoredValue): StoredValue {
  return Number(value) === 0 ? "false" : "true"
}

function toJson(value: StoredValue): StoredValue {
  return JSON.stringify(value)
}

function fromJson(to: FieldType): Conversion {
  return (value) => parsed(String(value), (json) => fieldTypeRules[to].toStored(json))
}

function parsed(text: string, read: (json: JsonValue) => StoredValue | undefined): StoredValue | undefined {
  try {
    return read(JSON.parse(text) as JsonValue)
  } catch {
    return undefined
  }
}

function utf8Text(value: StoredValue): StoredValue | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value as Uint8Array)
    return fieldTypeRules.text.toStored(text)
  } catch {
    return undefined
  }
}
