import { AlyxError } from "./alyx-error.ts"
import { tellCaller } from "./told-errors.ts"

/**
 * The value, or a copy of it, that holds nothing but JSON, as JSON.stringify would write it. Refuses what that would
 * drop or turn into something else without a word: a promise that nobody awaited would be `{}`.
 */
export function plainValue(value: unknown): unknown {
  return isPlain(value, 0) ? value : plainCopy(value)
}

/** Always a copy: for what others may change. */
export function plainCopy(value: unknown): unknown {
  return copyOf(value, { path: [], open: new Set() })
}

/** Whether a value needs no second look: nearly all do not. Quick, and in doubt it says no. */
function isPlain(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true
    case "number":
      return Number.isFinite(value)
    case "object":
      return value === null || (depth < depthMax && isPlainObject(value, depth + 1))
    case "undefined":
    case "bigint":
    case "function":
    case "symbol":
      return false
  }
}

function isPlainObject(value: object, depth: number): boolean {
  if ((value as { toJSON?: unknown }).toJSON !== undefined) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Array.prototype) {
    const items = value as readonly unknown[]
    for (let index = 0; index < items.length; index += 1) if (!isPlain(items[index], depth)) return false
    return true
  }
  if (prototype !== Object.prototype && prototype !== null) return false
  const keys = Object.keys(value)
  for (let index = 0; index < keys.length; index += 1) {
    const key = keys[index]!
    if (lookupGetter.call(value, key) !== undefined) return false
    if (!isPlain((value as Record<string, unknown>)[key], depth)) return false
  }
  return true
}

/** What a getter gives may be another value the next time: it is asked once, for the copy. Costs less than a descriptor. */
const lookupGetter = (Object.prototype as unknown as { __lookupGetter__: (this: object, key: string) => unknown })
  .__lookupGetter__

/** Where the copying is, and which objects lead there. */
interface Place {
  readonly path: (string | number)[]
  readonly open: Set<object>
}

/** Deeper values are refused; JSON itself has no limit, and the stack has one. */
const depthMax = 200

function copyOf(given: unknown, place: Place): unknown {
  const value = afterToJson(given, place)
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      if (!Number.isFinite(value)) throw unserializable(place, `${value}`, "JSON has finite numbers only")
      return value
    case "undefined":
      return undefined
    case "bigint":
      throw unserializable(place, "a BigInt", "write String(value) or Number(value)")
    case "function":
      throw unserializable(place, "a function", "call it, or leave it out")
    case "symbol":
      throw unserializable(place, "a symbol", "leave it out")
    case "object":
      return value === null ? null : copyOfObject(value, place)
  }
}

function afterToJson(value: unknown, { path }: Place): unknown {
  if (typeof value !== "object" || value === null) return value
  const { toJSON } = value as { toJSON?: unknown }
  return typeof toJSON === "function" ? (toJSON.call(value, String(path.at(-1) ?? "")) as unknown) : value
}

function copyOfObject(value: object, place: Place): unknown {
  if (place.open.has(value)) throw unserializable(place, "an object that holds itself", "leave the cycle out")
  if (place.path.length >= depthMax) throw unserializable(place, `nested deeper than ${depthMax} levels`, "flatten it")
  const boxed = unboxed(value)
  if (boxed !== undefined) return boxed
  const unfit = unfitObject(value)
  if (unfit !== undefined) throw unserializable(place, ...unfit)
  place.open.add(value)
  const copy = Array.isArray(value) ? copyOfArray(value, place) : copyOfMembers(value, place)
  place.open.delete(value)
  return copy
}

function copyOfArray(values: readonly unknown[], place: Place): unknown[] {
  const copy: unknown[] = []
  for (let index = 0; index < values.length; index += 1) {
    place.path.push(index)
    const item = copyOf(values[index], place)
    if (item === undefined) throw unserializable(place, "undefined", "write null, or leave the element out")
    copy.push(item)
    place.path.pop()
  }
  return copy
}

function copyOfMembers(value: object, place: Place): object {
  const members: [string, unknown][] = []
  for (const key of Object.keys(value)) {
    place.path.push(key)
    const member = copyOf((value as Record<string, unknown>)[key], place)
    // As JSON does, and as an optional field means.
    if (member !== undefined) members.push([key, member])
    place.path.pop()
  }
  return Object.fromEntries(members)
}

function unboxed(value: object): unknown {
  const kind = Object.prototype.toString.call(value)
  return /^\[object (?:String|Number|Boolean)\]$/.test(kind) ? value.valueOf() : undefined
}

/** What JSON.stringify writes as `{}` or as a map of indices: what it is, and what to write. */
function unfitObject(value: object): [what: string, cure: string] | undefined {
  if (value instanceof Promise) return ["a promise", "await it"]
  if (value instanceof Map) return ["a Map", "write Object.fromEntries(map)"]
  if (value instanceof Set) return ["a Set", "write [...set]"]
  if (value instanceof WeakMap || value instanceof WeakSet) return ["a weak collection", "leave it out"]
  if (value instanceof RegExp) return ["a regular expression", "write its source"]
  if (value instanceof Error) return ["an Error", "throw it, or return its message"]
  if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) {
    return ["bytes", "write them as base64, or return a Response"]
  }
  return undefined
}

function unserializable({ path }: Place, what: string, cure: string): AlyxError {
  const at = pathText(path)
  return tellCaller(
    new AlyxError({
      code: "OUTPUT_UNSERIALIZABLE",
      status: 500,
      message: `${at === "" ? "What the function returned" : `"${at}" of what the function returned`} cannot be written as JSON: it is ${what} (${cure}).`,
      details: { path: at },
    }),
  )
}

/** `items[2].name`. */
export function pathText(path: readonly (string | number)[]): string {
  return path
    .map((part, index) =>
      typeof part === "number"
        ? `[${part}]`
        : isName(part)
          ? `${index === 0 ? "" : "."}${part}`
          : `[${JSON.stringify(part)}]`,
    )
    .join("")
}

function isName(part: string): boolean {
  return /^[\p{L}_$][\p{L}\p{N}_$-]*$/u.test(part)
}
