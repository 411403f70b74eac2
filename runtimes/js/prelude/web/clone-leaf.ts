import { unboxed } from "./boxed.ts"
import { domString } from "./web-idl.ts"

type Make<T> = { new (...values: never[]): T }

const errorClasses: readonly Make<Error>[] = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError]

/** The copy of what has no members to follow; undefined for what has, or cannot be copied. */
export function cloneLeaf(value: object, inner: (one: unknown) => unknown): object | undefined {
  if (value instanceof Date) return new Date(Date.prototype.getTime.call(value))
  if (value instanceof RegExp) return new RegExp(value.source, value.flags)
  const inside = unboxed(value)
  if (inside !== undefined && typeof inside !== "symbol") return Object(inside) as object
  if (value instanceof ArrayBuffer) return cloneBuffer(value)
  if (ArrayBuffer.isView(value)) return cloneView(value, inner)
  if (value instanceof Error) return cloneError(value)
  return undefined
}

function cloneBuffer(value: ArrayBuffer): ArrayBuffer {
  if (!value.resizable) return value.slice(0)
  const copy = new ArrayBuffer(value.byteLength, { maxByteLength: value.maxByteLength })
  new Uint8Array(copy).set(new Uint8Array(value))
  return copy
}

/** Views of one buffer are views of one copy. A subclass becomes the class of the language, as the standard says. */
function cloneView(value: ArrayBufferView, inner: (one: unknown) => unknown): ArrayBufferView {
  const buffer = inner(value.buffer) as ArrayBuffer
  if (value instanceof DataView) return new DataView(buffer, value.byteOffset, value.byteLength)
  const name = (value as unknown as Record<symbol, string>)[Symbol.toStringTag] ?? "Uint8Array"
  const View = (globalThis as unknown as Record<string, Uint8ArrayConstructor>)[name] ?? Uint8Array
  return new View(buffer, value.byteOffset, (value as Uint8Array).length)
}

/** Class, message and stack; other members are left behind, as the standard says. */
function cloneError(value: Error): Error {
  const name: unknown = value.name
  const Known = errorClasses.find((one) => one.name === name) ?? Error
  const message = Object.hasOwn(value, "message") ? domString(value.message) : undefined
  const copy = new (Known as unknown as ErrorConstructor)(message)
  Object.defineProperty(copy, "stack", { value: value.stack, writable: true, configurable: true })
  return copy
}
