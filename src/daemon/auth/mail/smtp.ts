import { isLoopbackHost } from "../../../lib/loopback-host.ts"
import type { RenderedMail } from "./mail.ts"

/** How long a mail server may take to be reached, to say hello, and to answer a command. */
const connectTimeoutMs = 10_000
const greetingTimeoutMs = 10_000
const silenceTimeoutMs = 30_000

/** A mail with whom it goes to and comes from. */
export interface OutgoingMail extends RenderedMail {
  readonly from: string
  readonly to: string
}

/** Why a mail was not taken. */
export class SmtpRefusal extends Error {
  override readonly name = "SmtpRefusal"
  /** True when trying again cannot help: the server said no to this mail, or the address is none. */
  readonly isFinal: boolean

  constructor(message: string, options: { readonly isFinal: boolean; readonly cause?: unknown }) {
    super(message, { cause: options.cause })
    this.isFinal = options.isFinal
  }
}

/** Hands one mail to the server of a URL such as `smtps://name:password@mail.example.com:465`; throws SmtpRefusal. */
export async function handToSmtp(smtpUrl: string, mail: OutgoingMail, signal: AbortSignal): Promise<void> {
  if (!isOneAddress(mail.to)) throw new SmtpRefusal("The address is not one of a mail.", { isFinal: true })
  const { createTransport } = await import("nodemailer")
  const transport = createTransport({
    url: smtpUrl,
    connectionTimeout: connectTimeoutMs,
    greetingTimeout: greetingTimeoutMs,
    socketTimeout: silenceTimeoutMs,
    dnsTimeout: connectTimeoutMs,
    // What a template says must never become a file or an address that is read.
    disableFileAccess: true,
    disableUrlAccess: true,
    // A name and a password never cross a network in the clear, unless the URL itself says so.
    ...(sendsPasswordAway(smtpUrl) ? { requireTLS: true } : {}),
  })
  const { from, to, subject, text, html } = mail
  const stop = (): void => transport.close()
  signal.addEventListener("abort", stop, { once: true })
  try {
    await transport.sendMail({
      from,
      to: { name: "", address: to },
      subject,
      text,
      html,
      // Machines that answer mails shall not answer this one (RFC 3834).
      headers: { "auto-submitted": "auto-generated" },
    })
  } catch (error) {
    throw refusalOf(error)
  } finally {
    signal.removeEventListener("abort", stop)
    transport.close()
  }
}

/** One address and nothing else: no list, no name, no line break that would begin another header. */
function isOneAddress(text: string): boolean {
  const at = text.lastIndexOf("@")
  return at > 0 && text.length <= 320 && plainPart.test(text.slice(0, at)) && plainPart.test(text.slice(at + 1))
}

const plainPart = /^[^\s\p{Cc},;:<>()[\]\\"@]+$/u

function sendsPasswordAway(smtpUrl: string): boolean {
  const url = URL.parse(smtpUrl)
  if (url === null || url.protocol !== "smtp:" || url.username === "") return false
  return !isLoopbackHost(url.hostname)
}

/** Servers say 5xx for never and 4xx for later; what has no answer was the network's, and passes. */
function refusalOf(error: unknown): SmtpRefusal {
  const facts = error as { readonly code?: unknown; readonly responseCode?: unknown }
  const { responseCode } = facts
  const isFinal = typeof responseCode === "number" && responseCode >= 500
  const code = typeof facts.code === "string" ? facts.code : "failed"
  const message =
    typeof responseCode === "number" ? `The mail server answered ${responseCode} (${code}).` : networkFailure(code)
  return new SmtpRefusal(message, { isFinal, cause: error })
}

/** What it says itself may hold the URL with its password, or the address. */
function networkFailure(code: string): string {
  const known: Readonly<Record<string, string>> = {
    ECONNECTION: "The mail server cannot be reached.",
    ESOCKET: "The connection to the mail server failed.",
    ETIMEDOUT: "The mail server did not answer in time.",
    EDNS: "The name of the mail server is not known.",
    EAUTH: "The mail server did not accept the name and password of mail.smtp.",
    ETLS: "The mail server offers no encryption, without which no password is sent; smtp://…?requireTLS=false allows it.",
  }
  return `${known[code] ?? "The mail could not be handed to the mail server."} (${code})`
}
