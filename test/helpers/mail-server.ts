import type { AddressInfo } from "node:net"

import PostalMime from "postal-mime"
import type { Email } from "postal-mime"
import { SMTPServer } from "smtp-server"
import type { SMTPServerOptions } from "smtp-server"
import { onTestFinished } from "vitest"

/** A mail as it arrived. */
export interface ArrivedMail {
  readonly from: string
  readonly recipients: readonly string[]
  readonly user: string | null
  readonly isEncrypted: boolean
  /** As it came over the wire. */
  readonly source: string
  readonly parsed: Email
}

/** A real mail server on a free port of this machine. */
export interface MailServer {
  readonly port: number
  readonly url: string
  readonly arrived: readonly ArrivedMail[]
  /** Resolves when so many mails have arrived. */
  readonly until: (count: number) => Promise<readonly ArrivedMail[]>
}

/** Starts a mail server that takes everything, but for what the options refuse; it ends with the test. */
export async function startMailServer(options: SMTPServerOptions = {}): Promise<MailServer> {
  const arrived: ArrivedMail[] = []
  const waiting = new Set<() => void>()
  const take = async (facts: Omit<ArrivedMail, "source" | "parsed">, source: string): Promise<void> => {
    arrived.push({ ...facts, source, parsed: await PostalMime.parse(source) })
    for (const look of waiting) look()
  }
  const server = new SMTPServer({
    authOptional: true,
    hideSTARTTLS: options.key === undefined,
    allowInsecureAuth: false,
    onAuth: ({ username }, _session, done) => done(null, { user: username }),
    onData(stream, session, done) {
      const chunks: Buffer[] = []
      stream.on("data", (chunk: Buffer) => chunks.push(chunk))
      stream.on("end", () => {
        const { mailFrom, rcptTo } = session.envelope
        const facts = {
          from: mailFrom === false ? "" : mailFrom.address,
          recipients: rcptTo.map(({ address }) => address),
          user: typeof session.user === "string" ? session.user : null,
          isEncrypted: session.secure,
        }
        // oxlint-disable-next-line promise/no-callback-in-promise -- the server's own way of being told
        take(facts, Buffer.concat(chunks).toString("utf8")).then(() => done(), done)
      })
    },
    ...options,
  })
  server.on("error", () => undefined)
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)))
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    url: `smtp://127.0.0.1:${port}`,
    arrived,
    until: (count) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (arrived.length < count) return
          waiting.delete(look)
          resolve(arrived)
        }
        waiting.add(look)
        look()
      }),
  }
}

/** The link that a mail holds. */
export function linkIn({ parsed }: ArrivedMail): URL {
  return new URL(/https?:\/\/\S+/.exec(parsed.text ?? "")![0])
}
