import type { Account } from "./accounts.ts"

/**
 * The mails that operations on accounts send. Fulfilled by mail/. Each call only queues: it returns at once and never
 * throws, so that an answer's time tells nothing of a mail.
 */
export interface AccountMails {
  /** A new account with a password: asks its owner to prove the address. */
  accountMade(account: Account): void
  /** `auth.hide_accounts`: somebody registered with the address of this account. */
  addressKnown(account: Account): void
}
