import { alyxError } from "../../../errors.ts"
import type { Account } from "../accounts.ts"
import type { AuthParts } from "../auth.ts"
import { keepCode } from "../codes/one-time-codes.ts"
import type { CodePurpose } from "../codes/one-time-codes.ts"
import type { EmailAddress } from "../email-address.ts"
import { newSecret } from "../secret-token.ts"

/** What links are made of. */
export type LinkParts = Pick<AuthParts, "config" | "database" | "clock" | "publicAddress">

/** Purposes of codes that travel as links. */
export type LinkPurpose = Extract<CodePurpose, "verify" | "reset" | "change_email">

/** What the code of a link remembers: it is for this address, and dies with another. */
export interface LinkData {
  /** `email_key` of the account when the link was made. */
  readonly address: string
  /** The address that the account changes to. */
  readonly newEmail?: string
}

/** Pages of the daemon that links lead to where the app has none of its own. */
const pages: Readonly<Record<LinkPurpose, string>> = {
  verify: "/api/auth/verify",
  reset: "/api/auth/reset",
  change_email: "/api/auth/email/confirm",
}

/** Makes a link that works once. Older ones of the account for the same purpose end. */
export async function makeLink(
  parts: LinkParts,
  { purpose, account, to }: { readonly purpose: LinkPurpose; readonly account: Account; readonly to?: EmailAddress },
): Promise<string> {
  // First: where it is not known where links lead to, older ones go on.
  pageOf(parts, purpose)
  const secret = newSecret()
  const data: LinkData = { address: account.emailKey, ...(to === undefined ? {} : { newEmail: to.email }) }
  await parts.database.write((transaction) =>
    keepCode(transaction, secret, {
      purpose,
      userId: account.id,
      data: { ...data },
      nowMs: parts.clock.now(),
    }),
  )
  return linkWith(parts, purpose, secret)
}

/** The link with a secret whose code is kept already. */
export function linkWith(parts: LinkParts, purpose: LinkPurpose, secret: string): string {
  const page = pageOf(parts, purpose)
  page.searchParams.set("token", secret)
  return page.href
}

/**
 * Where people reach this server: `server.public_url`, or the address that it listens on. Never what a request says of
 * its host, which anybody may write.
 */
export function requirePublicAddress({ publicAddress }: Pick<AuthParts, "publicAddress">): URL {
  const address = publicAddress()
  if (address !== null) return new URL(address)
  throw alyxError("CONFLICT", {
    message: "It is not known at which address people reach this server.",
    next: "Set server.public_url.",
  })
}

/** A path below the public address, which may have a path of its own. */
export function publicUrl(parts: Pick<AuthParts, "publicAddress">, path: string): URL {
  const url = requirePublicAddress(parts)
  url.pathname = url.pathname.replace(/\/+$/, "") + path
  url.search = ""
  url.hash = ""
  return url
}

function pageOf(parts: LinkParts, purpose: LinkPurpose): URL {
  const { verifyUrl, resetUrl } = parts.config().auth
  const own = purpose === "verify" ? verifyUrl : purpose === "reset" ? resetUrl : null
  return own === null ? publicUrl(parts, pages[purpose]) : new URL(own)
}
