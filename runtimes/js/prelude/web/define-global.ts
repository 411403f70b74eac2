/** Makes a global as the platform's own are: writable, configurable, left out of enumeration. */
export function defineGlobal(name: string, value: unknown): void {
  Object.defineProperty(globalThis, name, { value, writable: true, configurable: true, enumerable: false })
}

/** Names a class in `Object.prototype.toString`. */
export function nameClass(target: { readonly prototype: object }, name: string): void {
  Object.defineProperty(target.prototype, Symbol.toStringTag, { value: name, configurable: true })
}

/** Makes accessors and methods enumerable, as those of the platform are. */
export function showMembers(target: { readonly prototype: object }, names: readonly string[]): void {
  for (const name of names) Object.defineProperty(target.prototype, name, { enumerable: true })
}
