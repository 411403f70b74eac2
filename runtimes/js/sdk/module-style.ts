import type { FunctionStyle } from "../../../src/functions/built-function.ts"
import type { FunctionSignature } from "../../../src/functions/plugin-interface.ts"
import { declaredInterface } from "../prelude/extism/declared-interface.ts"
import { DefinedFunction } from "./define-function.ts"
import type { WebRequest } from "./web-globals.ts"

export type Callable = (...args: unknown[]) => unknown

/** How a module is written, with what is called of it. */
export type ModuleStyle =
  | { readonly style: "define"; readonly definition: DefinedFunction }
  | { readonly style: "handler"; readonly handler: Callable }
  | { readonly style: "fetch"; readonly fetch: (request: WebRequest, env: unknown, ctx: unknown) => unknown }
  | { readonly style: "plugin"; readonly exports: ReadonlyMap<string, Callable> }

/** The style that a plug-in of ours says of itself. */
export type StyleName = FunctionStyle

/**
 * Finds out how a function is written, by its default export first:
 *
 *   defineFunction({…})                      define
 *   { fetch(request) {} }                    fetch, also an app of Hono and the like
 *   function fetch(request) {}               fetch: a function of this name with one parameter at most
 *   any other function                       handler
 *   none, and `export function fetch`        fetch
 *   none, and `export function handler(req, res)`   handler
 *   none, and functions without parameters   plugin; so is an object of functions in `module.exports`
 *
 * An interface file of Extism's kit says by itself what is exported, with parameters or without.
 */
export function styleOf(module: unknown): ModuleStyle {
  const declared = declaredInterface()?.exports ?? null
  if (declared !== null) return { style: "plugin", exports: declaredExports(module, declared) }
  const isNamespace = typeof module === "object" && module !== null && "default" in module
  const main = isNamespace ? module.default : module
  const found = styleOfDefault(main) ?? (isRecordOf(module) ? styleOfNamed(module, isNamespace) : null)
  if (found === null) throw new TypeError(unknownStyle(module, isNamespace, main))
  return found
}

function declaredExports(module: unknown, declared: readonly FunctionSignature[]): ReadonlyMap<string, Callable> {
  const holder = isRecordOf(module) ? module : {}
  const exports = declared.map(({ name }): [string, Callable] => {
    const found = holder[name]
    if (typeof found === "function") return [name, found as Callable]
    throw new TypeError(`The interface file declares ${name}, and the source does not export such a function.`)
  })
  if (exports.length === 0) throw new TypeError('The module "main" of the interface file declares no function.')
  return new Map(exports)
}

function styleOfDefault(main: unknown): ModuleStyle | null {
  if (main instanceof DefinedFunction) return { style: "define", definition: main }
  if (typeof main === "function") {
    if (isClass(main)) return null
    const call = main as Callable
    return isFetchName(call.name) && call.length <= 1
      ? { style: "fetch", fetch: call }
      : { style: "handler", handler: call }
  }
  if (!isRecordOf(main)) return null
  const { fetch } = main
  if (typeof fetch !== "function") return null
  return { style: "fetch", fetch: (...args) => (fetch as Callable).apply(main, args) }
}

/** Without a default export, or with `module.exports` as the default of itself. */
function styleOfNamed(module: Readonly<Record<string, unknown>>, isNamespace: boolean): ModuleStyle | null {
  if (isNamespace && !isExportsObject(module)) return null
  const named = Object.entries(module).filter(([name, value]) => name !== "default" && typeof value === "function")
  const { handler } = module
  if (typeof handler === "function" && handler.length > 0) return { style: "handler", handler: handler as Callable }
  const exports = named.filter(([name, value]) => isExportName(name) && (value as Callable).length === 0)
  if (exports.length === 0) return null
  return { style: "plugin", exports: new Map(exports as [string, Callable][]) }
}

/** `module.exports = { greet() {} }` as a bundler's namespace shows it: a default that holds what is exported beside it. */
function isExportsObject(module: Readonly<Record<string, unknown>>): boolean {
  const main = module["default"]
  return (
    isRecordOf(main) && Object.keys(main).length > 0 && Object.keys(main).every((name) => main[name] === module[name])
  )
}

function isExportName(name: string): boolean {
  return name.length <= 64 && !name.startsWith("alyx_") && name !== "memory" && name !== "__esModule"
}

function isRecordOf(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
}

/** A bundler numbers names that are those of globals. */
function isFetchName(name: string): boolean {
  return /^fetch\d*$/.test(name)
}

function isClass(value: object): boolean {
  return /^class\b/.test(Function.prototype.toString.call(value))
}

function unknownStyle(module: unknown, isNamespace: boolean, main: unknown): string {
  const names = isRecordOf(module) ? Object.keys(module).filter((name) => name !== "default") : []
  const what = isNamespace
    ? `The default export is ${kindOf(main)}${isEmpty(main) ? ", or the file exports nothing" : ""}`
    : names.length > 0
      ? `There is no default export, and none of ${names.slice(0, 10).join(", ")} is a function without parameters`
      : "Nothing is exported"
  return `${what}. A function is one of:
  export default defineFunction({ async handler(input, ctx) { … } })   // import { defineFunction } from "@alyx/functions"
  export default async function handler(req, res) { return res.json({ … }) }
  export default { async fetch(request) { return new Response("…") } }`
}

/** What a file without exports becomes. */
function isEmpty(main: unknown): boolean {
  return typeof main === "object" && main !== null && Object.keys(main).length === 0
}

function kindOf(main: unknown): string {
  if (main === null || main === undefined) return String(main)
  if (typeof main === "function") return "a class"
  if (Array.isArray(main)) return "a list"
  if (typeof main !== "object") return `a ${typeof main}`
  const names = Object.keys(main)
  const hint = "handler" in main ? "; wrap it in defineFunction()" : ""
  return `an object with ${names.length === 0 ? "nothing in it" : names.slice(0, 10).join(", ")}${hint}`
}
