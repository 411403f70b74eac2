import { alyxError } from "../../errors.ts"
import { isJsonObject } from "../../lib/json-object.ts"
import type { JsonValue } from "../../schema/schema.ts"
import type { AccountToMake } from "../auth/administration/create-account.ts"
import type { AccountQuery } from "../auth/administration/list-accounts.ts"
import type { AccountUpdate } from "../auth/administration/update-account.ts"
import { parseEmailAddress } from "../auth/email-address.ts"
import { isRoleName, roleRule } from "../auth/role-name.ts"
import type { QueryPairs } from "../records/records.ts"
import { bodyOf } from "./auth-bodies.ts"
import type { MemberCheck, MemberRules } from "./body-members.ts"
import { requireMembers } from "./body-members.ts"

const pageSizeDefault = 50
const pageSizeMax = 500
const searchLengthMax = 254

/** What `metadata` of an account may weigh, as JSON: it is in memory for every session. */
const metadataBytesMax = 16 * 1024

const emailCheck: MemberCheck = (value) =>
  parseEmailAddress(value) === null ? "must be an email address of at most 254 characters" : null

const roleCheck: MemberCheck = (value) => (isRoleName(value) ? null : `must be ${roleRule}`)

const boolCheck: MemberCheck = (value) => (typeof value === "boolean" ? null : "must be true or false")

/** What a password must have is for the policy to say. */
const passwordCheck: MemberCheck = (value) => (typeof value === "string" ? null : "must be a string")

const metadataCheck: MemberCheck = (value) =>
  isJsonObject(value) && Buffer.byteLength(JSON.stringify(value)) <= metadataBytesMax
    ? null
    : `must be an object of at most ${metadataBytesMax / 1024} KB`

const updateRules: MemberRules = {
  email: { check: emailCheck },
  role: { check: roleCheck },
  verified: { check: boolCheck },
  metadata: { check: metadataCheck },
  password: { check: passwordCheck },
}

const createRules: MemberRules = {
  email: { check: emailCheck, required: true },
  password: { check: passwordCheck },
  role: { check: roleCheck },
  verified: { check: boolCheck },
}

/** Reads the query of `GET /api/admin/users`. */
export function readAccountQuery(pairs: QueryPairs): AccountQuery {
  let query: AccountQuery = { search: "", role: null, limit: pageSizeDefault, offset: 0 }
  for (const [name, value] of pairs) {
    if (name === "search" && value.length <= searchLengthMax) query = { ...query, search: value }
    else if (name === "role") query = { ...query, role: value.slice(0, searchLengthMax) }
    else if (name === "limit") query = { ...query, limit: wholeNumber(name, value, [1, pageSizeMax]) }
    else if (name === "offset") query = { ...query, offset: wholeNumber(name, value, [0, 1_000_000_000]) }
    else if (name === "search") throw invalidQuery(`search has at most ${searchLengthMax} characters.`)
    else throw invalidQuery(`There is no parameter ${name.slice(0, 60)}: search, role, limit and offset are known.`)
  }
  return query
}

/** Reads the body of `POST /api/admin/users`: what is no member of an account is a field of the users collection. */
export function readAccountToMake(body: unknown): Omit<AccountToMake, "caller"> {
  const example = 'Send, for example, {"email":"ada@example.com","role":"editor"}.'
  const whole = bodyOf(body)
  const members = isJsonObject(whole) ? Object.entries(whole) : []
  const own = Object.fromEntries(members.filter(([name]) => Object.hasOwn(createRules, name)))
  const { email, password, role, verified } = requireMembers(isJsonObject(whole) ? own : whole, createRules, example)
  return {
    address: parseEmailAddress(email)!,
    password,
    role: role as string | undefined,
    isVerified: verified as boolean | undefined,
    values: Object.fromEntries(members.filter(([name]) => !Object.hasOwn(createRules, name))),
  }
}

/** Reads the body of `PATCH /api/admin/users/:id`. */
export function readAccountUpdate(body: unknown): AccountUpdate {
  const example = 'Send, for example, {"role":"editor"}.'
  const { email, role, verified, metadata, password } = requireMembers(bodyOf(body), updateRules, example)
  return {
    email: email === undefined ? undefined : parseEmailAddress(email)!,
    role: role as string | undefined,
    isVerified: verified as boolean | undefined,
    metadata: metadata as Readonly<Record<string, JsonValue>> | undefined,
    password,
  }
}

function wholeNumber(name: string, value: string, [min, max]: readonly [number, number]): number {
  const number = /^\d{1,10}$/.test(value) ? Number(value) : -1
  if (number >= min && number <= max) return number
  throw invalidQuery(`${name} must be a whole number from ${min} to ${max}.`)
}

function invalidQuery(message: string): Error {
  return alyxError("INVALID_QUERY", { message })
}
