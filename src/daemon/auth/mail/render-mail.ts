import { readFileSync } from "node:fs"
import { join } from "node:path"

import type { Problem } from "../../../errors.ts"
import { packageRoot } from "../../../lib/package-root.ts"
import { renderHtmlTemplate, renderTemplate, templateProblem } from "../../../lib/template.ts"
import { readText } from "../../../project/read-text.ts"
import type { MailRequest, RenderedMail } from "./mail.ts"

/** How large a template of a project may be. */
const templateBytesMax = 64 * 1024

/** The longest subject; what is longer is cut. */
const subjectLengthMax = 200

/** Where a project's own templates are, relative to its root. */
export const mailFolder = "mails"

/** What came of rendering a mail: a template of the project that is broken gives a problem, and ours is taken. */
export interface RenderResult {
  readonly mail: RenderedMail
  readonly problems: readonly Problem[]
}

/**
 * Renders a mail. `mails/<name>.txt.hbs` and `mails/<name>.html.hbs` of the project go before ours, each for itself; they
 * are read for each mail, so that a change acts at once. The text begins with `Subject: …` and an empty line.
 */
export function renderMail({ name, values }: MailRequest, { root }: { readonly root: string }): RenderResult {
  const problems: Problem[] = []
  const text = renderPart(
    { root, file: `${name}.txt.hbs`, render: (source) => renderTemplate(source, values) },
    problems,
  )
  const html = renderPart(
    { root, file: `${name}.html.hbs`, render: (source) => renderHtmlTemplate(source, values) },
    problems,
  )
  const own = splitSubject(text.own ?? "")
  const standard = splitSubject(text.own === null ? text.standard() : "")
  const subject = own.subject ?? standard.subject ?? splitSubject(text.standard()).subject ?? name
  const body = text.own === null ? standard.body : own.body
  return { mail: { subject: plainLine(subject), text: body, html: html.own ?? html.standard() }, problems }
}

/** One file of a mail. */
interface MailPart {
  readonly root: string
  readonly file: string
  readonly render: (source: string) => string
}

/** The project's own text, or null; and ours. */
interface RenderedPart {
  readonly own: string | null
  readonly standard: () => string
}

function renderPart({ root, file, render }: MailPart, problems: Problem[]): RenderedPart {
  const name = `${mailFolder}/${file}`
  const standard = (): string => render(readFileSync(join(packageRoot(), "templates", "mail", file), "utf8"))
  const read = readText({ path: join(root, mailFolder, file), name, bytesMax: templateBytesMax })
  if (read.kind === "unreadable") problems.push(read.problem)
  if (read.kind !== "text") return { own: null, standard }
  try {
    return { own: render(read.text), standard }
  } catch (error) {
    const { line, message } = templateProblem(error)
    problems.push({
      code: "MAIL_TEMPLATE",
      message,
      next: "The mail was written by the template of Alyx instead.",
      at: { file: name, line, column: 1, length: 1 },
    })
    return { own: null, standard }
  }
}

function splitSubject(text: string): { readonly subject: string | null; readonly body: string } {
  const [, subject, body] = /^Subject:[ \t]*([^\r\n]*)\r?\n(?:\r?\n)?([^]*)$/.exec(text) ?? []
  return subject === undefined ? { subject: null, body: text } : { subject, body: body ?? "" }
}

/** A header is one line. */
function plainLine(text: string): string {
  // oxlint-disable-next-line no-control-regex -- these are the characters that end a header or hide what follows
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ").slice(0, subjectLengthMax)
}
