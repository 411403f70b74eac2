import { inputText } from "../prelude/host.ts"
import { AlyxError } from "./alyx-error.ts"
import type { Call } from "./call.ts"
import type { DefinedFunction } from "./define-function.ts"
import { getContext } from "./function-context.ts"
import { isBodiless } from "./made-up-request.ts"
import { pathText, plainCopy, plainValue } from "./plain-value.ts"
import type { ValueProblem, ValueSchema } from "./schema/value-schema.ts"
import { tellCaller } from "./told-errors.ts"
import { whenKnown } from "./when-known.ts"

/** Calls what defineFunction made: input checked before, output after. Returns the JSON of the output. */
export function runDefined({ input, output, handler }: DefinedFunction, call: Call): string | PromiseLike<string> {
  const given = readJsonInput()
  const checked = input === null ? given : checkedInput(input, given, call)
  return whenKnown(checked, (value) =>
    whenKnown(handler(value, getContext("ctx")), (returned) =>
      output === null ? jsonOf(returned) : whenKnown(checkedOutput(output, returned), jsonOf),
    ),
  )
}

/** JSON escapes what is not well-formed. */
function jsonOf(value: unknown): string {
  return JSON.stringify(plainValue(value)) ?? "null"
}

/** No input is an empty object, so that handlers may take it apart. */
function readJsonInput(): unknown {
  const text = inputText()
  if (text === "") return {}
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const message = `The input is not valid JSON: ${(error as Error).message}`
    throw tellCaller(new AlyxError({ code: "INVALID_JSON", status: 400, message }))
  }
}

/** The texts of a query are converted only where they do not fit as they are: it is then that the request is looked at. */
function checkedInput(schema: ValueSchema, given: unknown, call: Call): unknown {
  return whenKnown(schema.check(given, "json"), (checked) => {
    if (checked.ok) return checked.value
    return whenKnown(isQuery(call) ? schema.check(given, "query") : checked, (converted) => {
      if (converted.ok) return converted.value
      throw invalid({ code: "INPUT_INVALID", status: 400, what: "input" }, converted.problems)
    })
  })
}

function isQuery({ guest }: Call): boolean {
  const request = guest?.request ?? null
  return request !== null && isBodiless(request.method)
}

/** Checks the value as its reader will see it; what a Standard Schema makes of it is what leaves. */
function checkedOutput(schema: ValueSchema, returned: unknown): unknown {
  const plain = schema.mayChange ? plainCopy(returned) : plainValue(returned)
  if (plain === undefined) {
    const message = "The handler returned nothing, and `output` promises a value."
    throw tellCaller(new AlyxError({ code: "OUTPUT_UNSERIALIZABLE", status: 500, message, details: { path: "" } }))
  }
  return whenKnown(schema.check(plain, "json"), (checked) => {
    if (checked.ok) return checked.value
    throw invalid({ code: "OUTPUT_INVALID", status: 500, what: "output" }, checked.problems)
  })
}

interface Kind {
  readonly code: string
  readonly status: number
  readonly what: string
}

/** All problems by their path, as VALIDATION_ERROR has them by field. */
function invalid({ code, status, what }: Kind, problems: readonly ValueProblem[]): AlyxError {
  const byPath = new Map<string, { code: string; message: string }[]>()
  for (const problem of problems) {
    const path = pathText(problem.path)
    const message = sentence(path === "" ? `The ${what}` : path, problem.message)
    byPath.set(path, [...(byPath.get(path) ?? []), { code: problem.code, message }])
  }
  const all = [...byPath.values()].flat()
  const first = all[0]?.message ?? `The ${what} does not fit.`
  return tellCaller(
    new AlyxError({
      code,
      status,
      message: all.length > 1 ? `The ${what} has ${all.length} problems; the first: ${first}` : first,
      details: { fields: Object.fromEntries(byPath) },
    }),
  )
}

/** Our own messages are predicates; those of libraries are sentences of their own. */
function sentence(subject: string, message: string): string {
  const text = /^(?:must|is|has|does)\b/.test(message) ? `${subject} ${message}` : `${subject}: ${message}`
  return /[.?!]$/.test(text) ? text : `${text}.`
}
