import type { JsonSchema } from "../../schema/json-schema.ts"
import type { Collection } from "../../schema/schema.ts"
import { documentJsonSchema } from "../../schema/json-schema.ts"
import { isManaged } from "./access.ts"
import { fieldProperties } from "./field-schema.ts"
import { componentRef, wholeObject } from "./operation.ts"

const word: JsonSchema = { type: "string" }
const time: JsonSchema = { type: "string", format: "date-time" }
const timeOrNull: JsonSchema = { type: ["string", "null"], format: "date-time" }
const limits: JsonSchema = { type: ["array", "null"], items: word, description: "Null where the key is not limited." }
const address: JsonSchema = { type: "string", format: "email", maxLength: 254 }
const password: JsonSchema = { type: "string", format: "password", maxLength: 1024 }

/** The schemas of what /api/auth takes and answers. `users` is the collection of accounts' documents, if there is one. */
export function authSchemas(users: Collection | null): Record<string, JsonSchema> {
  return {
    AuthUser: {
      type: "object",
      description:
        "An account. Beside these it has the fields of its document in the users collection that its owner may read.",
      properties: {
        id: word,
        email: address,
        role: word,
        verified: { type: "boolean", description: "Whether the address was proven." },
        metadata: { type: "object", additionalProperties: true },
        created_at: time,
        updated_at: time,
      },
      required: ["id", "email", "role", "verified", "metadata", "created_at", "updated_at"],
      additionalProperties: true,
    },
    SignedIn: wholeObject({
      access_token: { type: "string", description: "For the header `Authorization: Bearer …`." },
      token_type: { type: "string", const: "Bearer" },
      expires_in: { type: "integer", minimum: 0, description: "Seconds until the access token ends." },
      refresh_token: { type: "string", description: "Works once, at `/api/auth/refresh`, and brings the next one." },
      user: componentRef("schemas", "AuthUser"),
    }),
    AuthMessage: wholeObject({ message: word }),
    AuthMe: wholeObject({ user: componentRef("schemas", "AuthUser") }),
    AuthKey: wholeObject({
      key: wholeObject({
        id: word,
        name: word,
        role: word,
        collections: limits,
        operations: limits,
        created_at: time,
        expires_at: timeOrNull,
        last_used_at: timeOrNull,
      }),
    }),
    AuthSessions: wholeObject({
      sessions: {
        type: "array",
        items: wholeObject({
          id: word,
          created_at: time,
          last_used_at: time,
          expires_at: time,
          address: word,
          user_agent: { type: ["string", "null"] },
          current: { type: "boolean", description: "True for the one that asks." },
        }),
      },
    }),
    AuthProviders: wholeObject({ providers: { type: "array", items: wholeObject({ name: word, url: word }) } }),
    AuthRegister: registerSchema(users),
    AuthLogin: body({ email: word, password: word }),
    AuthRefresh: body({ refresh_token: word }),
    AuthLogout: { ...body({ refresh_token: word }), required: [] },
    AuthPassword: body({ current_password: word, new_password: password }),
    AuthEmail: body({ new_email: address, password: word }),
    AuthReset: body({ email: address }),
    AuthResetConfirm: body({ token: word, password }),
    AuthToken: body({ token: { type: "string", description: "From the link of the mail." } }),
    AuthVerify: {
      ...body({
        token: { type: "string", description: "From the link of the mail." },
        not_me: { type: "boolean", description: "True to say that somebody else gave the address.", default: false },
      }),
      required: ["token"],
    },
    AuthExchange: body({
      code: { type: "string", description: "From the address that the provider's sign-in returned to." },
    }),
    AuthLink: body({ code: word, password: word }),
  }
}

/** What a registration takes: the other fields of the document, without what the service keeps. */
function registerSchema(users: Collection | null): JsonSchema {
  const own = { email: address, password }
  if (users === null) {
    return { type: "object", properties: own, required: ["email", "password"], additionalProperties: false }
  }
  const { required = [] } = documentJsonSchema(users, "create") as { readonly required?: readonly string[] }
  const isGiven = (name: string): boolean => {
    const field = users.fields.get(name)!
    return field.primary || isManaged(users, field, users.name)
  }
  const entries = Object.entries(fieldProperties(users, "create")).filter(([name]) => !isGiven(name))
  return {
    type: "object",
    description: `An address, a password, and the fields of \`${users.name}\` that the document is to have.`,
    properties: { ...Object.fromEntries(entries), ...own },
    required: ["email", "password", ...required.filter((name) => !isGiven(name))],
    additionalProperties: false,
  }
}

function body(properties: Record<string, JsonSchema>): JsonSchema {
  return { ...wholeObject(properties), additionalProperties: false }
}
