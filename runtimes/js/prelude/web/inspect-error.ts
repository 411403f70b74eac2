import type { InspectState } from "./inspect-layout.ts"
import { domString } from "./web-idl.ts"

/** Members of an error that its text does not show. */
export function errorKeys(error: Error, keys: readonly (string | symbol)[]): (string | symbol)[] {
  const shown = keys.filter((key) => {
    if (key !== "name" && key !== "message" && key !== "stack") return true
    const value: unknown = error[key]
    return typeof value !== "string" || !headOf(error).includes(value)
  })
  for (const hidden of ["cause", "errors"])
    if (Object.hasOwn(error, hidden) && !shown.includes(hidden)) shown.push(hidden)
  return shown
}

/** `TypeError: it is not so`, then the stack, which the engine keeps without this line. */
export function inspectError(state: InspectState, error: Error): string {
  const head = headOf(error)
  const stack = typeof error.stack === "string" ? error.stack.replace(/\n+$/, "") : ""
  if (stack === "") return `[${head}]`
  const text = /^\s*at /.test(stack) ? `${head}\n${stack}` : stack
  return text.replaceAll("\n", `\n${" ".repeat(state.indentation)}`)
}

function headOf(error: Error): string {
  const given: unknown = error.name
  const name = typeof given === "string" && given !== "" ? given : "Error"
  const made: unknown = error.constructor?.name
  const shown = typeof made === "string" && name === "Error" && made !== "" && made !== "Error" ? made : name
  const message = domString(error.message)
  return message === "" ? shown : `${shown}: ${message}`
}
