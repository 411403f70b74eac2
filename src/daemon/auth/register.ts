import { alyxError, isAlyxError } from "../../errors.ts"
import type { AcceptedResponse, SignedInResponse } from "../../protocol/auth-api.ts"
import { defaultRole } from "./accounts.ts"
import type { AuthParts, AuthRequest } from "./auth.ts"
import { beginSession, signedInAnswer } from "./begin-session.ts"
import { parseEmailAddress } from "./email-address.ts"
import type { EmailAddress } from "./email-address.ts"
import { makeAccount } from "./make-account.ts"
import { registerHidden } from "./register-hidden.ts"
import { passwordProblems } from "./passwords/password-policy.ts"

/** What a registration asks for. */
interface Registration {
  readonly address: EmailAddress
  readonly password: string
  /** The other fields of the users collection. */
  readonly values: Readonly<Record<string, unknown>>
}

/** Where the answer tells whether the address was known, or where it does not (`auth.hide_accounts`). */
export type Registered =
  | { readonly kind: "signed-in"; readonly answer: SignedInResponse }
  | { readonly kind: "accepted"; readonly answer: AcceptedResponse }

/**
 * Makes an account with its document, and signs it in. With `auth.hide_accounts` that waits for the proof of the address,
 * and the answer is the same for one that is known: a mail tells its owner. Either way one password is hashed.
 */
export async function register(parts: AuthParts, request: AuthRequest): Promise<Registered> {
  const { caller } = request
  const { address, password, values } = readRegistration(parts, request.body)
  parts.limits.register.require({ caller, account: address.key })
  const { hideAccounts } = parts.config().auth
  const passwordHash = await parts.passwords.hash(password)
  const asked = { caller, address, passwordHash, role: defaultRole, isVerified: false, values }
  if (hideAccounts) {
    await registerHidden(parts, asked)
    return accepted
  }
  const { account, session } = await parts.database.write(
    (transaction) => {
      const made = makeAccount(transaction, parts, asked)
      return { account: made, session: beginSession(transaction, parts, { accountId: made.id, request }) }
    },
    { requestId: caller.requestId },
  )
  parts.mails.accountMade(account)
  return { kind: "signed-in", answer: await signedInAnswer(parts, { account, session, caller }) }
}

const accepted: Registered = Object.freeze({
  kind: "accepted",
  answer: { message: "A mail with the next step is on its way to this address." },
})

/** What only the service and admins say of an account. */
const givenMembers = ["role", "verified"] as const

/** What is wrong with a body, by member. */
type Problems = Readonly<Record<string, readonly { readonly code: string; readonly message: string }[]>>

function readRegistration(parts: AuthParts, body: unknown): Registration {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw alyxError("VALIDATION_ERROR", { message: "The body must be a JSON object.", next: example })
  }
  const { email, password, ...others } = body as Record<string, unknown>
  const address = parseEmailAddress(email)
  const { given, values } = withoutGiven(others)
  const fields: Problems = {
    ...(address === null ? { email: [emailProblem(email)] } : {}),
    ...problemsOfPassword(parts, body),
    ...problemsOfValues(parts, address, values),
  }
  const all = Object.values({ ...given, ...fields }).flat()
  if (address === null || typeof password !== "string" || all.length > 0) {
    if (Object.keys(fields).length === 0) throw managedMembers(given)
    const message =
      all.length === 1 ? all[0]!.message : `The body has ${all.length} problems; the first: ${all[0]!.message}`
    throw alyxError("VALIDATION_ERROR", { message, next: example, details: { fields: { ...fields, ...given } } })
  }
  return { address, password, values }
}

function isGiven(name: string): boolean {
  return (givenMembers as readonly string[]).includes(name)
}

/** Tells what the server gives from what the person says. */
function withoutGiven(values: Readonly<Record<string, unknown>>): {
  readonly given: Problems
  readonly values: Readonly<Record<string, unknown>>
} {
  const names = Object.keys(values).filter(isGiven)
  const problems = names.map((name) => [name, [{ code: "MANAGED_FIELD", message: `${name} is given by the server.` }]])
  return {
    given: Object.fromEntries(problems) as Problems,
    values: Object.fromEntries(Object.entries(values).filter(([name]) => !isGiven(name))),
  }
}

/** What the users collection has against the other fields; of an address that is none it was said already. */
function problemsOfValues(
  { documents, schemas, ids, clock }: AuthParts,
  address: EmailAddress | null,
  values: Readonly<Record<string, unknown>>,
): Problems {
  const email = address?.email ?? "nobody@example.com"
  const id = ids.next(clock.now())
  try {
    documents.check({ schema: schemas.current, id, email, role: defaultRole, verified: false, values })
    return {}
  } catch (error) {
    if (!isAlyxError(error, "VALIDATION_ERROR")) throw error
    const { email: ofAddress = [], ...fields } = (error.details?.["fields"] ?? {}) as Problems
    return address === null || ofAddress.length === 0 ? fields : { email: ofAddress, ...fields }
  }
}

const example = `Send {"email":"ada@example.com","password":"…"}, and the other fields of the users collection.`

function problemsOfPassword(
  { config }: AuthParts,
  body: object,
): Record<string, readonly { code: string; message: string }[]> {
  if (!Object.hasOwn(body, "password")) return { password: [{ code: "REQUIRED", message: "password is required." }] }
  const problems = passwordProblems("password", (body as Record<string, unknown>)["password"], config().auth.password)
  return problems.length === 0 ? {} : { password: problems }
}

/** What is wrong with an address, as the records API tells it. */
export function emailProblem(email: unknown, name = "email"): { readonly code: string; readonly message: string } {
  if (email === undefined) return { code: "REQUIRED", message: `${name} is required.` }
  return { code: "INVALID_FORMAT", message: `${name} must be an email address of at most 254 characters.` }
}

function managedMembers(fields: Problems): Error {
  const [first] = Object.values(fields).flat()
  return alyxError("MANAGED_FIELD", {
    message: first!.message,
    next: "Leave it out; an admin can change it afterwards.",
    details: { fields },
  })
}
