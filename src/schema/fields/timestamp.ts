import type { FieldTypeRules } from "./field-type.ts"

/** A moment, stored as UTC with milliseconds, so that text order is time order. */
export const timestampType: FieldTypeRules = {
  sqlType: "TEXT",
  expected: "a timestamp",
  jsonSchema: { type: "string", format: "date-time" },
  toStored: (value) => (typeof value === "string" ? toUtc(value) : undefined),
  explain: (value) =>
    typeof value === "string" && isoRegExp.test(value)
      ? "is not a moment that exists"
      : "must be an ISO 8601 date and time with Z or an offset, such as 2026-01-31T12:00:00Z",
  fromStored: String,
}

/** ISO 8601 in its extended form; finer fractions than milliseconds are cut off. */
const isoRegExp =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?:[Zz]|([+-])(\d{2})(?::?(\d{2}))?)$/

const canonicalRegExp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/

/** Returns the moment as `YYYY-MM-DDTHH:mm:ss.sssZ`, or undefined when the text is none. */
export function toUtc(text: string): string | undefined {
  const match = isoRegExp.exec(text)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second = "00", fraction = "", sign, offsetHour = "00", offsetMinute = "00"] =
    match
  if (!dayExists(Number(year), Number(month), Number(day))) return undefined
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined
  if (Number(offsetHour) > 23 || Number(offsetMinute) > 59) return undefined
  const milliseconds = fraction.slice(0, 3).padEnd(3, "0")
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}Z`
  if (sign === undefined) return local
  const offsetMs = (Number(offsetHour) * 60 + Number(offsetMinute)) * 60_000
  const utc = new Date(Date.parse(local) - (sign === "-" ? -offsetMs : offsetMs)).toISOString()
  // An offset may lead out of the years 0000 to 9999, which are written with a sign and more digits.
  return canonicalRegExp.test(utc) ? utc : undefined
}

function dayExists(year: number, month: number, day: number): boolean {
  if (month < 1 || month > 12 || day < 1) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return day <= (month === 2 && leap ? 29 : monthLengths[month - 1]!)
}

const monthLengths = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
