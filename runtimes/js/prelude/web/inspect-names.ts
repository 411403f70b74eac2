/** Own members that are shown: what is enumerable, symbols too. */
export function ownKeys(value: object, showHidden: boolean): (string | symbol)[] {
  if (showHidden) return Reflect.ownKeys(value).filter((key) => !(Array.isArray(value) && key === "length"))
  const symbols = Object.getOwnPropertySymbols(value).filter((key) =>
    Object.prototype.propertyIsEnumerable.call(value, key),
  )
  return [...Object.keys(value), ...symbols]
}

/** The name of the class; null for an object without a prototype. */
function classNameOf(value: object): string | null {
  let at: object | null = value
  while (at !== null) {
    const descriptor = Object.getOwnPropertyDescriptor(at, "constructor")
    const maker: unknown = descriptor?.value
    if (typeof maker === "function" && maker.name !== "" && isMadeBy(value, maker)) return maker.name
    at = Object.getPrototypeOf(at) as object | null
  }
  return null
}

function isMadeBy(value: object, maker: unknown): boolean {
  try {
    return value instanceof (maker as { new (): unknown })
  } catch {
    return false
  }
}

function tagOf(value: object): string {
  const tag = (value as Record<symbol, unknown>)[Symbol.toStringTag]
  // An own one is shown among the members.
  return typeof tag === "string" && !Object.prototype.propertyIsEnumerable.call(value, Symbol.toStringTag) ? tag : ""
}

/** `Foo `, `Map(2) `, `[Object: null prototype] `, `Foo [tag] `. */
export function namePrefix(value: object, fallback: string, size: number | null): string {
  const name = classNameOf(value)
  const count = size === null ? "" : `(${size})`
  const tag = tagOf(value)
  const suffix = tag !== "" && tag !== (name ?? fallback) ? `[${tag}] ` : ""
  if (name === null) return `[${fallback}${count}: null prototype] ${suffix}`
  return `${name}${count} ${suffix}`
}

/** What stands for a value that lies too deep. */
export function shortNameOf(value: object): string {
  if (Array.isArray(value)) return "Array"
  return namePrefix(value, "Object", null).slice(0, -1)
}

/** `[Function: f]`, `[class A extends B]`. */
export function functionBase(value: object): string {
  const own = value as { readonly name: unknown }
  const name = typeof own.name === "string" && own.name !== "" ? own.name : null
  const source = Function.prototype.toString.call(value)
  if (source.startsWith("class") && source.endsWith("}")) {
    const parent = Object.getPrototypeOf(value) as { readonly name?: unknown } | null
    const base =
      parent !== null && typeof parent.name === "string" && parent.name !== "" ? ` extends ${parent.name}` : ""
    return `[class ${name ?? "(anonymous)"}${base}]`
  }
  const kind = tagOf(value) === "" ? "Function" : tagOf(value)
  return name === null ? `[${kind} (anonymous)]` : `[${kind}: ${name}]`
}
