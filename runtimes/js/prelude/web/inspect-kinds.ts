import { unboxed } from "./boxed.ts"
import { indented } from "./inspect-members.ts"
import { type InspectState, entriesMax } from "./inspect-layout.ts"
import { errorKeys, inspectError } from "./inspect-error.ts"
import { functionBase, namePrefix, ownKeys, shortNameOf } from "./inspect-names.ts"
import { quote } from "./inspect-quote.ts"

type Show = (inner: unknown, isKey?: boolean) => string

/** What kind of object this is, as far as showing it goes. */
export interface Kind {
  /** What stands for the whole value where it has no members, as `[Function: f]`; null for braces. */
  readonly whole: string | null
  readonly braces: readonly [string, string]
  readonly keys: readonly (string | symbol)[]
  readonly isList: boolean
  readonly list: ArrayLike<unknown> | null
  /** Entries besides the members; what has neither is shown however deep it lies. */
  readonly size: number
  /** `Object` of `[Object]`. */
  readonly shortName: string
  entries(show: Show): string[]
}

const noEntries = (): string[] => []

/** Looks at an object, and says how it is shown. */
export function inspectKind(state: InspectState, value: object): Kind {
  const keys = ownKeys(value, state.showHidden)
  const plain = {
    whole: null,
    keys,
    isList: false,
    list: null,
    size: 0,
    shortName: shortNameOf(value),
    entries: noEntries,
  }
  if (Array.isArray(value)) {
    const prefix = namePrefix(value, "Array", value.length)
    return {
      ...plain,
      keys: keys.filter((key) => typeof key === "symbol" || !/^\d+$/.test(key)),
      braces: [`${prefix === `Array(${value.length}) ` ? "" : prefix}[`, "]"],
      isList: true,
      list: value,
      size: value.length,
      entries: (show) => listEntries(state, value, show),
    }
  }
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    const list = value as unknown as ArrayLike<unknown> & { readonly length: number }
    return {
      ...plain,
      keys: keys.filter((key) => typeof key === "symbol" || !/^\d+$/.test(key)),
      braces: [`${namePrefix(value, "TypedArray", list.length)}[`, "]"],
      isList: true,
      list,
      size: list.length,
      entries: (show) => listEntries(state, list, show),
    }
  }
  if (value instanceof Map || value instanceof Set) {
    const name = value instanceof Map ? "Map" : "Set"
    return {
      ...plain,
      braces: [`${namePrefix(value, name, value.size)}{`, "}"],
      size: value.size,
      entries: (show) => collectionEntries(state, value, show),
    }
  }
  return wholeKind(state, value, plain) ?? { ...plain, braces: [plainBrace(value), "}"] }
}

function wholeKind(state: InspectState, value: object, plain: Omit<Kind, "braces">): Kind | null {
  const braces = ["{", "}"] as const
  if (typeof value === "function") return { ...plain, braces, whole: functionBase(value) }
  if (value instanceof RegExp) return { ...plain, braces, whole: String(value) }
  if (value instanceof Date) {
    const isValid = !Number.isNaN(Date.prototype.getTime.call(value))
    return { ...plain, braces, whole: isValid ? value.toISOString() : "Invalid Date" }
  }
  if (value instanceof Error)
    return { ...plain, braces, keys: errorKeys(value, plain.keys), whole: inspectError(state, value) }
  const boxed = boxedText(value)
  if (boxed !== null)
    return {
      ...plain,
      braces,
      whole: boxed,
      keys: plain.keys.filter((key) => typeof key === "symbol" || !/^\d+$/.test(key)),
    }
  if (value instanceof WeakSet || value instanceof WeakMap)
    return {
      ...plain,
      braces: [`${namePrefix(value, "Weak", null)}{`, "}"],
      size: 1,
      entries: () => ["<items unknown>"],
    }
  if (value instanceof ArrayBuffer || value instanceof DataView) return bufferKind(value, plain)
  return null
}

function bufferKind(value: ArrayBuffer | DataView, general: Omit<Kind, "braces">): Kind {
  const plain = { ...general, size: 1 }
  const braces = [`${namePrefix(value, "Buffer", null)}{`, "}"] as const
  if (value instanceof DataView)
    return {
      ...plain,
      braces,
      entries: (show) => [
        `[byteLength]: ${value.byteLength}`,
        `[byteOffset]: ${value.byteOffset}`,
        `[buffer]: ${show(value.buffer)}`,
      ],
    }
  const shown = [...new Uint8Array(value).subarray(0, 50)].map((byte) => byte.toString(16).padStart(2, "0")).join(" ")
  const more = value.byteLength - 50
  const rest = more > 0 ? ` ... ${more} more byte${more > 1 ? "s" : ""}` : ""
  return {
    ...plain,
    braces,
    entries: () => [`[Uint8Contents]: <${shown}${rest}>`, `[byteLength]: ${value.byteLength}`],
  }
}

function boxedText(value: object): string | null {
  const inner = unboxed(value)
  if (inner === undefined) return null
  const kind = typeof inner === "bigint" ? "BigInt" : `${(typeof inner)[0]?.toUpperCase()}${(typeof inner).slice(1)}`
  if (typeof inner === "string") return `[${kind}: ${quote(inner)}]`
  return `[${kind}: ${Object.is(inner, -0) ? "-0" : String(inner)}${typeof inner === "bigint" ? "n" : ""}]`
}

function plainBrace(value: object): string {
  const prefix = namePrefix(value, "Object", null)
  return prefix === "Object " ? "{" : `${prefix}{`
}

function listEntries(state: InspectState, list: ArrayLike<unknown>, show: Show): string[] {
  const output: string[] = []
  let at = 0
  while (at < list.length && output.length < entriesMax) {
    if (Object.hasOwn(list, at)) {
      const item = list[at]
      output.push(indented(state, () => show(item)))
      at++
      continue
    }
    const start = at
    while (at < list.length && !Object.hasOwn(list, at)) at++
    output.push(`<${at - start} empty item${at - start > 1 ? "s" : ""}>`)
  }
  return withRest(output, list.length - at)
}

function collectionEntries(state: InspectState, value: Map<unknown, unknown> | Set<unknown>, show: Show): string[] {
  const output: string[] = []
  indented(state, () => {
    for (const [key, item] of value.entries()) {
      if (output.length === entriesMax) break
      output.push(value instanceof Set ? show(item) : `${show(key, true)} => ${show(item)}`)
    }
    return ""
  })
  return withRest(output, value.size - output.length)
}

function withRest(output: string[], more: number): string[] {
  if (more > 0) output.push(`... ${more} more item${more > 1 ? "s" : ""}`)
  return output
}
