import type { LogLine } from "../../protocol/admin-api.ts"
import type { MailView } from "../../protocol/auth-api.ts"
import { showTime } from "../amount.ts"
import type { Paint } from "../paint.ts"
import { printable } from "../printable.ts"
import { breakLine } from "./break-line.ts"
import type { FetchedMail } from "./dashboard-state.ts"

/** The number of the mail that a line of the log tells of; null when it tells of none that is kept. */
export function mailIdOf({ fields }: LogLine): number | null {
  const { mail, id } = fields ?? {}
  return typeof mail === "string" && typeof id === "number" ? id : null
}

/** A mail as who gets it reads it, as lines that fit the width. */
export function mailInFull(
  entry: LogLine,
  fetched: FetchedMail,
  look: { readonly paint: Paint; readonly columns: number },
): readonly string[] {
  return linesOf(entry, fetched, look.paint).flatMap((line) => breakLine(line, look.columns))
}

function linesOf(entry: LogLine, fetched: FetchedMail, paint: Paint): readonly string[] {
  switch (fetched.state) {
    case "loading":
      return [printable(entry.message), "", paint("quiet", "Asking the daemon for the mail…")]
    case "missing":
      return [printable(entry.message), "", printable(fetched.reason)]
    case "there":
      return mailLines(fetched.mail, paint)
  }
}

function mailLines(mail: MailView, paint: Paint): readonly string[] {
  const head = (name: string, text: string): string => `${paint("quiet", name.padEnd(9))}${printable(text)}`
  return [
    head("To", mail.to),
    `${paint("quiet", "Subject  ")}${paint("strong", printable(mail.subject))}`,
    head("Template", mail.template),
    head("State", `${mail.state}${mail.error === null ? "" : `: ${mail.error}`}, ${showTime(mail.created_at)}`),
    "",
    ...printable(mail.text, { keepLines: true }).replaceAll("\t", "  ").split("\n"),
  ]
}
