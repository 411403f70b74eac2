import type { Collection, FieldType, RuleOperation } from "../schema/schema.ts"
import type { Evaluate, RuleFrame } from "./frame.ts"
import type { StoredRow } from "./rules.ts"
import { RuleFault, RuleTimestamp } from "./values.ts"
import type { Outcome, RuleValue } from "./values.ts"

/** The variables of rules. */
export const variableNames = ["auth", "doc", "old", "new", "request"] as const

export type VariableName = (typeof variableNames)[number]

/** Tells whether a name is one. */
export function isVariableName(name: string): name is VariableName {
  return (variableNames as readonly string[]).includes(name)
}

/** What the variables may be at a place: `new` exists where a document is written anew. */
export function variablesAt(operation: RuleOperation | "write" | "call"): readonly VariableName[] {
  if (operation === "call") return ["auth", "request"]
  return operation === "update" || operation === "write" ? variableNames : ["auth", "doc", "request"]
}

/** The members of `auth` and of `request`, with their types as far as they are known. */
export const authMembers = {
  id: "dyn",
  email: "dyn",
  role: "dyn",
  verified: "bool",
  metadata: "map<string, dyn>",
} as const

export const requestMembers = {
  method: "string",
  ip: "string",
  time: "google.protobuf.Timestamp",
  body: "dyn",
  headers: "map<string, string>",
} as const

/** How a member of a variable is read, or null when the schema has none of that name. */
export function variableReader(collection: Collection, variable: VariableName, member: string): Evaluate | null {
  switch (variable) {
    case "auth":
      return Object.hasOwn(authMembers, member) ? authReader(member as keyof typeof authMembers) : null
    case "request":
      return Object.hasOwn(requestMembers, member) ? requestReader(member as keyof typeof requestMembers) : null
    case "doc":
    case "old":
      return fieldReader(collection, member, (frame) => frame.doc)
    case "new":
      return fieldReader(collection, member, (frame) => frame.new)
  }
}

function authReader(member: keyof typeof authMembers): Evaluate {
  switch (member) {
    case "id":
      return ({ auth }) => auth.id
    case "email":
      return ({ auth }) => auth.email
    case "role":
      return ({ auth }) => auth.role
    case "verified":
      return ({ auth }) => auth.verified
    case "metadata":
      return ({ auth }) => auth.metadata
  }
}

function requestReader(member: keyof typeof requestMembers): Evaluate {
  switch (member) {
    case "method":
      return ({ request }) => request.method
    case "ip":
      return ({ request }) => request.ip
    case "time":
      return ({ request }) => new RuleTimestamp(Date.parse(request.time))
    case "body":
      return ({ request }) => (request.body ?? null) as RuleValue
    case "headers":
      return ({ request }) => request.headers
  }
}

function fieldReader(
  collection: Collection,
  name: string,
  rowOf: (frame: RuleFrame) => StoredRow | null,
): Evaluate | null {
  const field = collection.fields.get(name)
  if (field === undefined) return null
  const convert = converters[field.type]
  return (frame) => {
    const row = rowOf(frame)
    if (row === null) return noDocument
    const stored = row[name]
    return stored === null || stored === undefined ? null : convert(stored, frame)
  }
}

const noDocument = new RuleFault("There is no document here.")

type Stored = Exclude<StoredRow[string], null | undefined>

const asText = (stored: Stored): Outcome => String(stored)

/** Stored values as CEL sees them. */
const converters: { readonly [type in FieldType]: (stored: Stored, frame: RuleFrame) => Outcome } = {
  uuid: asText,
  string: asText,
  text: asText,
  int: (stored) => (typeof stored === "bigint" ? stored : BigInt(Math.trunc(Number(stored)))),
  float: Number,
  bool: (stored) => Number(stored) !== 0,
  timestamp: (stored) => new RuleTimestamp(Date.parse(String(stored))),
  json: (stored, frame) => frame.parsed(String(stored)),
  blob: (stored) => (stored instanceof Uint8Array ? stored : new RuleFault("A blob does not hold bytes.")),
}
