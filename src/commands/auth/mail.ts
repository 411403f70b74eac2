import * as Args from "@oclif/core/args"
import * as Flags from "@oclif/core/flags"

import { alyxError } from "../../errors.ts"
import type { MailsResponse, MailView } from "../../protocol/auth-api.ts"
import { renderMail, renderMails } from "../../ui/auth/mail-text.ts"
import { DataCommand } from "../data-command.ts"

/** `alyx auth mail`. */
export default class AuthMail extends DataCommand {
  static override summary = "Show the mails that alyx dev kept: all of them, or one in full."
  static override description =
    "In dev every mail is kept, whether there is a mail server or not: the last 200. Their links work."
  static override examples = ["alyx auth mail", "alyx auth mail 12", "alyx auth mail last --html > mail.html"]
  static override args = {
    mail: Args.string({ description: "The number of a mail, or last.", ignoreStdin: true }),
  }
  static override flags = {
    html: Flags.boolean({ default: false, summary: "Print the HTML of the mail instead of its text." }),
  }

  override async run(): Promise<MailsResponse | MailView> {
    const { args, flags } = await this.parse(AuthMail)
    const { mail: wanted } = args
    if (flags.html && wanted === undefined) {
      throw alyxError("USAGE", { message: "--html needs a mail.", next: "alyx auth mail last --html" })
    }
    const kept = await this.withDaemon((client) => client.get<MailsResponse>("/api/admin/mails"))
    if (wanted === undefined) {
      this.print(renderMails(kept.mails, this.terminal.out.paint))
      return kept
    }
    const mail = wanted === "last" ? kept.mails[0] : kept.mails.find(({ id }) => String(id) === wanted)
    if (mail === undefined) throw noSuchMail(wanted)
    this.print(renderMail(mail, { paint: this.terminal.out.paint, isHtml: flags.html }))
    return mail
  }
}

function noSuchMail(wanted: string): Error {
  return alyxError("NOT_FOUND", {
    message: wanted === "last" ? "No mails are kept." : `No mail with the number ${wanted.slice(0, 20)} is kept.`,
    next: "alyx auth mail lists those that are.",
  })
}
