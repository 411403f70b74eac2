import type { MailView } from "../../../protocol/auth-api.ts"
import { sqlQuery } from "../../storage/database.ts"
import type { Database, Reader } from "../../storage/database.ts"
import type { MailName, RenderedMail } from "./mail.ts"

/** How many mails are kept in dev; older ones make room. */
export const keptMailsMax = 200

/** Keeps a mail, in dev; returns its number. */
export function keepMail(
  database: Database,
  mail: RenderedMail & { readonly name: MailName; readonly to: string; readonly nowMs: number },
): Promise<number> {
  return database.write((transaction) => {
    const { lastInsertRowid } = transaction.run(
      sqlQuery(
        `INSERT INTO _alyx_mails (template, recipient, subject, body_text, body_html, created_at, state)
         VALUES (?, ?, ?, ?, ?, ?, 'kept')`,
        [mail.name, mail.to, mail.subject, mail.text, mail.html, new Date(mail.nowMs).toISOString()],
      ),
    )
    const id = Number(lastInsertRowid)
    transaction.run(sqlQuery("DELETE FROM _alyx_mails WHERE id <= ?", [id - keptMailsMax]))
    return id
  })
}

/** Notes what became of a mail. */
export async function settleMail(
  database: Database,
  id: number,
  outcome: { readonly state: "sent" | "failed"; readonly error: string | null },
): Promise<void> {
  await database.write((transaction) => {
    transaction.run(
      sqlQuery("UPDATE _alyx_mails SET state = ?, error = ? WHERE id = ?", [outcome.state, outcome.error, id]),
    )
  })
}

/** The kept mails, newest first. */
export function listMails(reader: Reader): MailView[] {
  return reader.all<MailView>(
    sqlQuery(
      `SELECT id, template, recipient AS "to", subject, body_text AS text, body_html AS html, created_at, state, error
       FROM _alyx_mails ORDER BY id DESC LIMIT ?`,
      [keptMailsMax],
    ),
  )
}
