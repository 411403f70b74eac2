import { inspectKind } from "./inspect-kinds.ts"
import { type InspectState, layOut } from "./inspect-layout.ts"
import { inspectMember } from "./inspect-members.ts"
import { quote } from "./inspect-quote.ts"

/** What `inspect` can be asked for. */
export interface InspectOptions {
  /** Levels below the value; more is `[Object]`. */
  readonly depth?: number | null
  readonly showHidden?: boolean
  readonly breakLength?: number
}

/** Characters of one text; the rest is left out, so that a log line stays a line. */
const textMax = 64 * 1024

/** Characters of one string inside a value. */
const stringMax = 10_000

const customInspect = Symbol.for("nodejs.util.inspect.custom")

/** Shows a value as Node's `util.inspect` does, cycles and all. */
export function inspect(value: unknown, options: InspectOptions = {}): string {
  const state: InspectState = {
    depth: options.depth === null ? Infinity : (options.depth ?? 2),
    breakLength: options.breakLength ?? 80,
    showHidden: options.showHidden ?? false,
    seen: [],
    circular: new Map(),
    indentation: 0,
    currentDepth: 0,
    budget: textMax,
  }
  try {
    return inspectValue(state, value, 0)
  } catch (error) {
    // A proxy whose traps throw, or nesting beyond the stack: whoever logs should not fail for it.
    return `[a value that cannot be shown: ${error instanceof Error ? error.message : typeof error}]`
  }
}

/** Shows one value inside another. */
export function inspectValue(state: InspectState, value: unknown, level: number, isKey = false): string {
  if (state.budget <= 0) return "[...]"
  if ((typeof value !== "object" && typeof value !== "function") || value === null) {
    const text = inspectPrimitive(state, value, isKey)
    state.budget -= text.length
    return text
  }
  const custom = inspectCustom(state, value, level)
  if (custom !== null) return custom
  if (state.seen.includes(value)) {
    const index = state.circular.get(value) ?? state.circular.size + 1
    state.circular.set(value, index)
    return `[Circular *${index}]`
  }
  return inspectObject(state, value, level)
}

function inspectPrimitive(state: InspectState, value: unknown, isKey: boolean): string {
  if (typeof value === "bigint") return `${value}n`
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value)
  if (typeof value !== "string") return String(value)
  const cut = value.length > stringMax ? value.slice(0, stringMax) : value
  const more = value.length - cut.length
  const trailer = more > 0 ? `... ${more} more character${more > 1 ? "s" : ""}` : ""
  const isLong = cut.length > 16 && cut.length > state.breakLength - state.indentation - 4
  if (isKey || !isLong) return quote(cut) + trailer
  const lines = cut.split(/(?<=\n)/).map(quote)
  return lines.join(` +\n${" ".repeat(state.indentation + 2)}`) + trailer
}

function inspectCustom(state: InspectState, value: object, level: number): string | null {
  const custom = (value as Record<symbol, unknown>)[customInspect]
  if (typeof custom !== "function" || custom === inspect) return null
  const shown: unknown = custom.call(value, state.depth - level, { depth: state.depth - level }, inspect)
  if (shown === value) return null
  const text = typeof shown === "string" ? shown : inspectValue(state, shown, level)
  return text.replaceAll("\n", `\n${" ".repeat(state.indentation)}`)
}

function inspectObject(state: InspectState, value: object, level: number): string {
  const kind = inspectKind(state, value)
  if (kind.whole !== null && kind.keys.length === 0) return kind.whole
  if (kind.whole === null && kind.size === 0 && kind.keys.length === 0) return kind.braces.join("")
  if (level > state.depth) return `[${kind.shortName}]`

  state.seen.push(value)
  state.currentDepth = level
  const output = kind.entries((inner, isKey) => inspectValue(state, inner, level + 1, isKey))
  for (const key of kind.keys)
    output.push(
      inspectMember(state, { value, key, isListed: kind.isList }, (inner) => inspectValue(state, inner, level + 1)),
    )
  state.seen.pop()

  const index = state.circular.get(value)
  const reference = index === undefined ? "" : `<ref *${index}>`
  const isBased = kind.whole !== null
  const base = isBased ? [reference, kind.whole].filter((part) => part !== "").join(" ") : ""
  const open = reference === "" || isBased ? kind.braces[0] : `${reference} ${kind.braces[0]}`
  if (output.length === 0 && !isBased) return open + kind.braces[1]
  const text = layOut(state, {
    output,
    base,
    braces: [open, kind.braces[1]],
    list: kind.isList ? kind.list : null,
    level,
  })
  state.budget -= text.length - output.reduce((sum, part) => sum + part.length, 0)
  return text
}
