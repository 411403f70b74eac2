import { alyxError } from "../../errors.ts"
import { isJsonObject } from "../../lib/json-object.ts"
import { nearestWord } from "../../lib/nearest-word.ts"

/** Says what a value must be, "must be a whole number", or null when it is that. */
export type MemberCheck = (value: unknown) => string | null

/** The members that a body of the control API may have. */
export type MemberRules = Readonly<Record<string, { readonly check: MemberCheck; readonly required?: true }>>

/** One thing that is wrong with a body, as the records API tells it. */
interface MemberProblem {
  readonly field: string
  readonly code: "REQUIRED" | "UNKNOWN_FIELD" | "WRONG_TYPE"
  readonly message: string
}

/** After so many problems the rest of a body is not looked at. */
const problemCountMax = 20

/** How much of an unknown name a message repeats. */
const shownNameLengthMax = 100

/** Takes the members of a body when they follow the rules; throws VALIDATION_ERROR with everything that is wrong otherwise. */
export function requireMembers(body: unknown, rules: MemberRules, example: string): Readonly<Record<string, unknown>> {
  if (!isJsonObject(body)) {
    throw alyxError("VALIDATION_ERROR", { message: "The body must be a JSON object.", next: example })
  }
  const problems = [...unknownMembers(body, rules), ...wrongMembers(body, rules)].slice(0, problemCountMax)
  if (problems.length === 0) return body
  const fields = Object.groupBy(problems, ({ field }) => field)
  throw alyxError("VALIDATION_ERROR", {
    message:
      problems.length === 1
        ? problems[0]!.message
        : `The body has ${problems.length} problems; the first: ${problems[0]!.message}`,
    next: example,
    details: {
      fields: Object.fromEntries(
        Object.entries(fields).map(([field, list]) => [field, list!.map(({ code, message }) => ({ code, message }))]),
      ),
    },
  })
}

function* unknownMembers(body: object, rules: MemberRules): Generator<MemberProblem> {
  const known = Object.keys(rules)
  for (const name of Object.keys(body)) {
    if (Object.hasOwn(rules, name)) continue
    const isLong = name.length > shownNameLengthMax
    const field = isLong ? `${name.slice(0, shownNameLengthMax)}…` : name
    const nearest = isLong ? undefined : nearestWord(name, known)
    const advice = nearest === undefined ? `Members are ${known.join(", ")}.` : `Did you mean ${nearest}?`
    yield { field, code: "UNKNOWN_FIELD", message: `${field} is no member of this body. ${advice}` }
  }
}

function* wrongMembers(body: Readonly<Record<string, unknown>>, rules: MemberRules): Generator<MemberProblem> {
  for (const [field, { check, required }] of Object.entries(rules)) {
    if (!Object.hasOwn(body, field)) {
      if (required) yield { field, code: "REQUIRED", message: `${field} is required.` }
      continue
    }
    const fault = check(body[field])
    if (fault !== null) yield { field, code: "WRONG_TYPE", message: `${field} ${fault}.` }
  }
}
