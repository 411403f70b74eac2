import type { Account } from "./accounts.ts"
import type { EmailAddress } from "./email-address.ts"

/**
 * The mails that operations on accounts send. Fulfilled by mail/. Each call only queues: it returns at once and never
 * throws, so that an answer's time tells nothing of a mail.
 */
export interface AccountMails {
  /** A new account, or one whose address is not proven yet: asks its owner to prove it. */
  accountMade(account: Account): void
  /** `auth.hide_accounts`: somebody registered with an address that is not known; the secret makes the account. */
  registrationAsked(address: EmailAddress, secret: string): void
  /** `auth.hide_accounts`: somebody registered with the address of this account, or wanted it for another one. */
  addressKnown(account: Account): void
  /** Somebody asks for a new password. Whether the address has an account is looked up after the answer. */
  passwordForgotten(address: EmailAddress): void
  /** The owner of an account wants another address: asks for its proof there, and tells the old one. */
  addressChangeAsked(account: Account, to: EmailAddress): void
  /** The same where the other address has an account already: only the old one is told, as if it had none. */
  addressChangeNoticed(account: Account, to: EmailAddress): void
}
