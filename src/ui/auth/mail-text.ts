import type { MailView } from "../../protocol/auth-api.ts"
import type { Meaning, Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { renderTable } from "../table.ts"

/** The kept mails as a table, newest first. */
export function renderMails(mails: readonly MailView[], paint: Paint): string {
  if (mails.length === 0) return "No mails are kept. alyx dev keeps those that it sends, or would send."
  const head = ["no", "when", "state", "to", "subject"].map((word) => paint("quiet", word))
  const rows = mails.map((mail) => [
    String(mail.id),
    `${mail.created_at.slice(0, 10)} ${mail.created_at.slice(11, 16)}`,
    paint(stateMeanings[mail.state], mail.state),
    printable(mail.to),
    printable(mail.subject),
  ])
  return renderTable([head, ...rows], { right: [0] })
}

/** One mail in full: what a mail program shows, or its HTML. */
export function renderMail(mail: MailView, look: { readonly paint: Paint; readonly isHtml: boolean }): string {
  if (look.isHtml) return printable(mail.html, { keepLines: true })
  const { paint } = look
  const facts: [string, string][] = [
    ["to", printable(mail.to)],
    ["subject", paint("strong", printable(mail.subject))],
    ["when", mail.created_at],
    [
      "state",
      `${paint(stateMeanings[mail.state], mail.state)}${mail.error === null ? "" : ` ${printable(mail.error)}`}`,
    ],
  ]
  const head = renderTable(facts.map(([name, value]) => [paint("quiet", name), value]))
  return `${head}\n\n${printable(mail.text.trimEnd(), { keepLines: true })}`
}

const stateMeanings: Readonly<Record<MailView["state"], Meaning>> = { kept: "quiet", sent: "good", failed: "bad" }
