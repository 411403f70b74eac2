import type { GuestLogLevel } from "../../../src/functions/guest-abi.ts"
import { writeLog } from "../prelude/host.ts"

/** `ctx.log.info("Post created", { postId })`: a line of the call's log, with data. */
export type Log = { readonly [level in GuestLogLevel]: (message: unknown, data?: unknown) => void }

/** Writes lines; data that JSON cannot hold is shown as well as it can be, since logging must not fail. */
export const log: Log = Object.freeze({
  debug: (message, data) => writeLine("debug", message, data),
  info: (message, data) => writeLine("info", message, data),
  warn: (message, data) => writeLine("warn", message, data),
  error: (message, data) => writeLine("error", message, data),
})

function writeLine(level: GuestLogLevel, message: unknown, data: unknown): void {
  // `log.error(error)` is what people write in a hurry.
  const [text, rest] =
    message instanceof Error ? [`${message.name}: ${message.message}`, data ?? message] : [message, data]
  const shown = rest === undefined ? undefined : showable(rest, [])
  writeLog({ level, message: asText(text), ...(shown !== undefined && { data: shown }) })
}

function asText(value: unknown): string {
  if (typeof value === "string") return value
  return typeof value === "object" && value !== null ? JSON.stringify(showable(value, [])) : String(value)
}

const depthMax = 8
const membersMax = 200

function showable(value: unknown, open: readonly object[]): unknown {
  switch (typeof value) {
    case "bigint":
      return `${value}n`
    case "function":
      return `[function ${value.name}]`
    case "symbol":
      return String(value)
    case "number":
      return Number.isFinite(value) ? value : String(value)
    case "object":
      return value === null ? null : showableObject(value, open)
    case "string":
    case "boolean":
    case "undefined":
      return value
  }
}

function showableObject(value: object, open: readonly object[]): unknown {
  if (open.includes(value)) return "[circular]"
  if (open.length >= depthMax) return "[…]"
  const inner = [...open, value]
  try {
    if (value instanceof Error) return showableError(value, inner)
    if (value instanceof Promise) return "[promise]"
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `[${value.byteLength} bytes]`
    if (value instanceof Map) return showable(Object.fromEntries(value), inner)
    if (value instanceof Set) return showable([...value], inner)
    const { toJSON } = value as { toJSON?: unknown }
    if (typeof toJSON === "function") return showable(toJSON.call(value), inner)
    if (Array.isArray(value)) return value.slice(0, membersMax).map((item) => showable(item, inner) ?? null)
    const members = Object.entries(value).slice(0, membersMax)
    return Object.fromEntries(members.map(([key, member]) => [key, showable(member, inner)]))
  } catch {
    return "[cannot be read]"
  }
}

function showableError(error: Error, open: readonly object[]): unknown {
  const { name, message, stack } = error
  return {
    name,
    message,
    ...(showable(Object.fromEntries(Object.entries(error)), open) as object),
    ...(stack !== undefined && { stack }),
  }
}
