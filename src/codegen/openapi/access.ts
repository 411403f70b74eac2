import type { ErrorCode } from "../../errors.ts"
import type { JsonSchema } from "../../schema/json-schema.ts"
import type { Collection, Field, Rule, RuleOperation } from "../../schema/schema.ts"

/** How clients say who they are. */
export const securitySchemes: Readonly<Record<string, JsonSchema>> = {
  bearer: {
    type: "http",
    scheme: "bearer",
    description: "An access token of `/api/auth/login`, or an API key.",
  },
}

/** What an operation says of tokens: one is of no use, may be sent, or is needed. */
export const security = {
  none: [],
  optional: [{}, { bearer: [] }],
  required: [{ bearer: [] }],
} as const satisfies Record<string, readonly JsonSchema[]>

/** Whether callers without a token may pass a rule. Without a rule, and by `false`, only admins do. */
export function securityOf(rule: Rule | null): readonly JsonSchema[] {
  return rule === null || isConstant(rule, "false") ? security.required : security.optional
}

/** What an operation may be refused with because of who asks, besides what any request may. */
export function accessCodes(collection: Collection, operation: RuleOperation, users: string | null): ErrorCode[] {
  const isKept = collection.name === users && (operation === "create" || operation === "update")
  const hasFieldRules = [...collection.fields.values()].some(({ rules }) => rules.read !== null || rules.write !== null)
  return [
    "FORBIDDEN_SCOPE",
    ...(isConstant(collection.rules[operation], "true") ? [] : (["UNAUTHENTICATED", "FORBIDDEN"] as const)),
    ...(hasFieldRules ? (["FORBIDDEN_FIELD"] as const) : []),
    ...(isKept ? (["MANAGED_FIELD", "EMAIL_TAKEN"] as const) : []),
    ...(isKept && operation === "create" ? (["REGISTER_INSTEAD"] as const) : []),
  ]
}

/** True for what no answer ever holds, except those to admins: it is not spoken of. */
export function isHidden(field: Field): boolean {
  return field.internal || isConstant(field.rules.read, "false")
}

/** True where everybody who sees the document sees the field. */
export function isAlwaysShown(field: Field): boolean {
  return field.rules.read === null || isConstant(field.rules.read, "true")
}

/** True for what the auth service keeps of a document in the users collection. */
export function isManaged(collection: Collection, field: Field, users: string | null): boolean {
  return collection.name === users && managedNames.has(field.name)
}

const managedNames: ReadonlySet<string> = new Set(["email", "role", "verified"])

function isConstant(rule: Rule | null, value: "true" | "false"): boolean {
  return rule?.expression.trim() === value
}
