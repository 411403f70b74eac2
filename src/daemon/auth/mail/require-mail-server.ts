import { alyxError } from "../../../errors.ts"
import type { AuthParts } from "../auth.ts"

/**
 * Refuses what ends in a mail where none can be sent. In dev mails are kept, so that their links can be opened. It says
 * nothing of accounts: the answer is the same for everybody.
 */
export function requireMailServer({ config, mode }: Pick<AuthParts, "config" | "mode">): void {
  if (mode === "dev" || config().mail.smtp !== null) return
  throw alyxError("MAIL_UNAVAILABLE", {
    next: "Set mail.smtp and mail.from in alyx.yaml. Until then an admin makes links: alyx auth reset-password <address> --link.",
  })
}
