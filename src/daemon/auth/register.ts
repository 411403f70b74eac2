import { alyxError, isAlyxError } from "../../errors.ts"
import type { AcceptedResponse, SignedInResponse } from "../../protocol/auth-api.ts"
import { defaultRole } from "./accounts.ts"
import type { AuthParts, AuthRequest } from "./auth.ts"
import { beginSession, signedInAnswer } from "./begin-session.ts"
import { parseEmailAddress } from "./email-address.ts"
import type { EmailAddress } from "./email-address.ts"
import { makeAccount } from "./make-account.ts"
import { registerKnown } from "./register-known.ts"
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
 * Makes an account with its document, and signs it in. With `auth.hide_accounts` the answer is the same for an address
 * that is known: a mail tells its owner. Either way one password is hashed.
 */
export async function register(parts: AuthParts, request: AuthRequest): Promise<Registered> {
  const { caller } = request
  const { address, password, values } = readRegistration(parts, request.body)
  parts.limits.register.require({ caller, account: address.key })
  const { hideAccounts } = parts.config().auth
  const passwordHash = await parts.passwords.hash(password)
  const asked = { caller, address, passwordHash, role: defaultRole, isVerified: false, values }
  try {
    const { account, session } = await parts.database.write(
      (transaction) => {
        const made = makeAccount(transaction, parts, asked)
        const isSignedIn = !hideAccounts
        return {
          account: made,
          session: isSignedIn ? beginSession(transaction, parts, { accountId: made.id, request }) : null,
        }
      },
      { requestId: caller.requestId },
    )
    parts.mails.accountMade(account)
    if (session === null) return accepted
    return { kind: "signed-in", answer: await signedInAnswer(parts, { account, session, caller }) }
  } catch (error) {
    if (!hideAccounts || !isAlyxError(error, "EMAIL_TAKEN")) throw error
    await registerKnown(parts, asked)
    return accepted
  }
}

const accepted: Registered = Object.freeze({
  kind: "accepted",
  answer: { message: "A mail with the next step is on its way to this address." },
})

/** What only the service and admins say of an account. */
const givenMembers = ["role", "verified"] as const

function readRegistration(parts: AuthParts, body: unknown): Registration {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    throw alyxError("VALIDATION_ERROR", { message: "The body must be a JSON object.", next: example })
  }
  const { email, password, ...values } = body as Record<string, unknown>
  const given = givenMembers.find((name) => Object.hasOwn(values, name))
  if (given !== undefined) throw managedMember(given)
  const address = parseEmailAddress(email)
  const fields = {
    ...(address === null ? { email: [emailProblem(email)] } : {}),
    ...problemsOfPassword(parts, body),
  }
  const all = Object.values(fields).flat()
  if (address === null || typeof password !== "string" || all.length > 0) {
    const message = all.length === 1 ? all[0]!.message : `The body has ${all.length} problems: ${all[0]!.message}`
    throw alyxError("VALIDATION_ERROR", { message, next: example, details: { fields } })
  }
  return { address, password, values }
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

function managedMember(name: string): Error {
  const message = `${name} is given by the server.`
  return alyxError("MANAGED_FIELD", {
    message,
    next: "Leave it out; an admin can change it afterwards.",
    details: { fields: { [name]: [{ code: "MANAGED_FIELD", message }] } },
  })
}
