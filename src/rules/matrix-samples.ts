import type { Collection, Field, JsonValue, Schema } from "../schema/schema.ts"
import { comparedFields } from "./compared-fields.ts"
import type { ComparedFields } from "./compared-fields.ts"
import type { RuleAuth } from "./rules.ts"
import { anonymousAuth } from "./rules.ts"

/** Somebody who asks, with the name of the column. */
export interface SampleCaller {
  readonly name: string
  readonly auth: RuleAuth
}

/** A document by its fields, as JSON. What is left out is null. */
export interface SampleDocument {
  readonly name: string
  /** For one caller; the same for all where it belongs to nobody. */
  readonly fieldsFor: (caller: SampleCaller) => Readonly<Record<string, JsonValue>>
  /** The same after its owner made it somebody else's; absent where it has no owner that could change. */
  readonly givenAwayBy?: (caller: SampleCaller) => Readonly<Record<string, JsonValue>>
  /** True where the document belongs to the caller, so that there is none for those without an id. */
  readonly needsAccount: boolean
}

/** What the matrix is about. */
export interface MatrixSamples {
  readonly callers: readonly SampleCaller[]
  /** By collection. */
  readonly documents: ReadonlyMap<string, readonly SampleDocument[]>
}

/** More kinds of one document than this are left out: nobody reads them. */
export const sampleCountMax = 24

const callerId = "01900000-0000-7000-8000-000000000001"
const otherId = "01900000-0000-7000-8000-000000000002"
const callerEmail = "caller@example.com"
const otherEmail = "other@example.com"

/** Makes samples of what the rules look at: whose a document is, its bools and enums; for everybody whom rules tell apart. */
export function derivedSamples(schema: Schema): MatrixSamples {
  const compared = new Map([...schema.collections.values()].map((one) => [one.name, comparedFields(one)] as const))
  const all = [...compared.values()]
  const roles = ["user", ...all.flatMap(({ roles: some }) => some)].filter((role) => role !== "admin")
  const looksAtVerified = all.some((one) => one.looksAtVerified)
  const callers: SampleCaller[] = [{ name: "anonymous", auth: anonymousAuth }]
  for (const role of new Set(roles)) {
    callers.push(signedIn(role, { role, verified: false }))
    if (looksAtVerified) callers.push(signedIn(`${role} verified`, { role, verified: true }))
  }
  const documents = new Map(
    [...schema.collections.values()].map((one) => [one.name, documentsOf(one, compared.get(one.name)!)] as const),
  )
  return { callers, documents }
}

function signedIn(name: string, { role, verified }: Pick<RuleAuth, "role" | "verified">): SampleCaller {
  return { name, auth: { id: callerId, email: callerEmail, role, verified, metadata: {} } }
}

/** One value of a field that makes a difference, with the words for it. */
interface Choice {
  readonly words: string
  readonly field: string
  readonly value: JsonValue
}

function documentsOf(collection: Collection, compared: ComparedFields): SampleDocument[] {
  const choices = compared.others.flatMap((name): Choice[][] => {
    const list = choicesOf(collection.fields.get(name)!)
    return list.length < 2 ? [] : [list]
  })
  const owners = ownersOf(compared)
  const kinds = owners.flatMap((owner) => combinations(choices).map((chosen) => ({ owner, chosen })))
  return kinds.slice(0, sampleCountMax).map(({ owner, chosen }) => ({
    name: [owner.words, ...chosen.map(({ words }) => words)].filter((words) => words !== "").join(", ") || "any",
    needsAccount: owner.fields.length > 0,
    fieldsFor: () => fieldsOf(collection, compared, owner.fields, chosen),
    ...(canBeGivenAway(collection, owner) && { givenAwayBy: () => fieldsOf(collection, compared, [], chosen) }),
  }))
}

/** The primary key never changes. */
function canBeGivenAway({ primaryKey }: Collection, { fields }: Owner): boolean {
  return fields.length > 0 && !fields.includes(primaryKey.name)
}

interface Owner {
  readonly words: string
  /** The fields that hold the caller. */
  readonly fields: readonly string[]
}

function ownersOf({ byId, byEmail }: ComparedFields): Owner[] {
  const fields = [...byId, ...byEmail]
  if (fields.length === 0) return [{ words: "", fields: [] }]
  const others = { words: "others'", fields: [] }
  const [only] = fields
  if (fields.length === 1) return [{ words: "own", fields: [only!] }, others]
  return [...fields.map((name) => ({ words: `own by ${name}`, fields: [name] })), others]
}

function choicesOf({ name, type, enum: words }: Field): Choice[] {
  if (type === "bool") {
    return [
      { words: name, field: name, value: true },
      { words: `not ${name}`, field: name, value: false },
    ]
  }
  return (words ?? []).map((value) => ({ words: `${name} ${value}`, field: name, value }))
}

function combinations(choices: readonly (readonly Choice[])[]): Choice[][] {
  let all: Choice[][] = [[]]
  for (const list of choices) {
    all = all.flatMap((chosen) => list.map((choice) => [...chosen, choice])).slice(0, sampleCountMax)
  }
  return all
}

function fieldsOf(
  collection: Collection,
  { byId, byEmail }: ComparedFields,
  own: readonly string[],
  chosen: readonly Choice[],
): Record<string, JsonValue> {
  const fields: Record<string, JsonValue> = {}
  for (const field of collection.fields.values()) fields[field.name] = plainValue(field)
  const hold = (names: readonly string[], mine: string, theirs: string): void => {
    for (const name of names) {
      const value = own.includes(name) ? mine : theirs
      fields[name] = collection.fields.get(name)!.type === "json" ? [value] : value
    }
  }
  hold(byId, callerId, otherId)
  hold(byEmail, callerEmail, otherEmail)
  for (const { field, value } of chosen) fields[field] = value
  return fields
}

/** A value that a field of this type may have. */
function plainValue({ type, nullable, default: fallback, enum: words }: Field): JsonValue {
  if (fallback?.kind === "literal") return fallback.value
  if (nullable) return null
  if (words !== null) return words[0]!
  switch (type) {
    case "uuid":
      return otherId
    case "string":
    case "text":
      return "text"
    case "int":
    case "float":
      return 1
    case "bool":
      return false
    case "timestamp":
      return "2026-01-01T00:00:00.000Z"
    case "json":
      return []
    case "blob":
      return ""
  }
}
