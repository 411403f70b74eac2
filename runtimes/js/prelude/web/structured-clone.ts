import { DOMException } from "./dom-exception.ts"
import { cloneLeaf } from "./clone-leaf.ts"

/** Copies a value as the standard's structured clone does: graphs and cycles kept, functions and classes refused. */
export function structuredClone(value: unknown, options?: { readonly transfer?: readonly unknown[] }): unknown {
  if (arguments.length === 0) throw new TypeError("structuredClone takes a value.")
  const transfer = readTransfer([...(options?.transfer ?? [])])
  const copy = cloneValue(value, new Map())
  for (const one of transfer) one.transfer()
  return copy
}

function readTransfer(list: readonly unknown[]): ArrayBuffer[] {
  return list.map((one, at) => {
    if (!(one instanceof ArrayBuffer)) throw cloneError("Only an ArrayBuffer can be transferred.")
    if (one.detached) throw cloneError("A detached ArrayBuffer cannot be transferred.")
    if (list.indexOf(one) !== at) throw cloneError("An ArrayBuffer is transferred twice.")
    return one
  })
}

function cloneError(message: string): Error {
  return new DOMException(message, "DataCloneError")
}

function cloneValue(value: unknown, seen: Map<object, unknown>): unknown {
  if (typeof value === "symbol" || typeof value === "function")
    throw cloneError(`${describe(value)} could not be cloned.`)
  if (typeof value !== "object" || value === null) return value
  if (seen.has(value)) return seen.get(value)
  const inner = (one: unknown): unknown => cloneValue(one, seen)
  const leaf = cloneLeaf(value, inner)
  if (leaf !== undefined) {
    seen.set(value, leaf)
    if (value instanceof Error) copyCause(value, leaf as Error, inner)
    return leaf
  }
  if (value instanceof Map) {
    const copy = new Map<unknown, unknown>()
    seen.set(value, copy)
    for (const [key, item] of Array.from(value)) copy.set(inner(key), inner(item))
    return copy
  }
  if (value instanceof Set) {
    const copy = new Set()
    seen.set(value, copy)
    for (const item of Array.from(value)) copy.add(inner(item))
    return copy
  }
  if (isRefused(value)) throw cloneError(`${describe(value)} could not be cloned.`)
  const copy: Record<string, unknown> | unknown[] = Array.isArray(value) ? Array.from({ length: 0 }) : {}
  if (Array.isArray(value)) (copy as unknown[]).length = value.length
  seen.set(value, copy)
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(value, key)) continue
    const item = inner((value as Record<string, unknown>)[key])
    Object.defineProperty(copy, key, { value: item, writable: true, enumerable: true, configurable: true })
  }
  return copy
}

function copyCause(from: Error, to: Error, inner: (one: unknown) => unknown): void {
  if (Object.hasOwn(from, "cause"))
    Object.defineProperty(to, "cause", { value: inner(from.cause), writable: true, configurable: true })
}

/** Objects that hold more than their members. */
function isRefused(value: object): boolean {
  return [WeakMap, WeakSet, WeakRef, Promise].some((one) => value instanceof one) || Symbol.toStringTag in value
}

function describe(value: unknown): string {
  if (typeof value === "symbol") return String(value)
  if (typeof value === "function") return Function.prototype.toString.call(value).slice(0, 200)
  return Object.prototype.toString.call(value).replace("[object ", "#<").replace("]", ">")
}
