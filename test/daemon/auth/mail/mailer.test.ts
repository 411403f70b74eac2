import { mkdir, writeFile } from "node:fs/promises"
import path from "node:path"

import { expect, it, onTestFinished } from "vitest"

import { listMails, keptMailsMax } from "../../../../src/daemon/auth/mail/kept-mails.ts"
import type { MailRequest } from "../../../../src/daemon/auth/mail/mail.ts"
import { Mailer } from "../../../../src/daemon/auth/mail/mailer.ts"
import { systemClock } from "../../../../src/lib/clock.ts"
import type { LogFields } from "../../../../src/lib/logger.ts"
import { linkIn, startMailServer } from "../../../helpers/mail-server.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"
import { openTestDatabase } from "../../http/test-database.ts"

interface Chosen {
  readonly smtp?: string | null
  readonly isKeeping?: boolean
  readonly pausesMs?: readonly number[]
}

async function startMailer({ smtp = null, isKeeping = false, pausesMs = [1, 1] }: Chosen = {}) {
  const root = await tempFolder()
  const { database } = await openTestDatabase(path.join(root, "alyx.db"))
  const lines: string[] = []
  const write = (level: string) => (message: string, fields?: LogFields) =>
    void lines.push(`${level} ${message} ${JSON.stringify(fields ?? {})}`)
  const mailer = new Mailer({
    config: () => ({ mail: { smtp, from: "My app <hello@app.example>" } }),
    database,
    clock: systemClock,
    logger: { debug: write("debug"), info: write("info"), warn: write("warn"), error: write("error") },
    root,
    isKeeping,
    pausesMs,
  })
  onTestFinished(() => mailer.stop())
  return { mailer, root, lines, kept: () => database.read(listMails) }
}

const link = "https://app.example/verify?token=abc&x=1"

function verify(values: MailRequest["values"] = {}, to = "ada@example.com"): MailRequest {
  return {
    name: "verify",
    to,
    values: { site: "app.example", email: to, link, valid: "24 hours", ...values },
  }
}

it("sends text and HTML that say the same, to one address", async () => {
  const server = await startMailServer()
  const { mailer } = await startMailer({ smtp: server.url })

  mailer.post(verify())
  const [mail] = await server.until(1)

  expect(mail).toMatchObject({ from: "hello@app.example", recipients: ["ada@example.com"] })
  expect(mail!.parsed.subject).toBe("Confirm your address for app.example")
  expect(mail!.parsed.from).toEqual({ name: "My app", address: "hello@app.example" })
  expect(linkIn(mail!).href).toBe(link)
  expect(mail!.parsed.html).toContain('href="https://app.example/verify?token&#x3D;abc&amp;x&#x3D;1"')
  expect(mail!.source).toMatch(/^auto-submitted: auto-generated/im)
})

it("lets nothing that a stranger wrote become a header, a second address or HTML", async () => {
  const server = await startMailServer()
  const { mailer, lines } = await startMailer({ smtp: server.url })
  const hostile = [
    "a@b.example\r\nBcc: all@b.example",
    "a@b.example, c@b.example",
    "<a@b.example>",
    "a b@b.example",
    "a@[::1]@b",
  ]

  for (const to of hostile) mailer.post(verify({}, to))
  mailer.post(
    verify({ site: 'x\r\nBcc: eve@b.example\r\n\r\n<img src="//eve.example">', email: "<script>alert(1)</script>" }),
  )
  await mailer.idle()

  expect(server.arrived).toHaveLength(1)
  const [mail] = server.arrived
  expect(mail!.recipients).toEqual(["ada@example.com"])
  expect(mail!.parsed.bcc).toBeUndefined()
  expect(mail!.parsed.headers.filter(({ key }) => key === "bcc")).toEqual([])
  expect(mail!.parsed.html).not.toMatch(/<script|<img/)
  expect(lines.filter((line) => line.startsWith("error"))).toHaveLength(hostile.length)
})

it("tries again what the server cannot take now, and no more than twice", async () => {
  let tries = 0
  const server = await startMailServer({
    onRcptTo: ({ address }, _session, done) => {
      tries += 1
      const isTaken = address === "ada@example.com" && tries === 3
      done(isTaken ? undefined : Object.assign(new Error("later"), { responseCode: 451 }))
    },
  })
  const { mailer, lines } = await startMailer({ smtp: server.url })

  mailer.post(verify())
  await mailer.idle()
  mailer.post(verify({}, "bob@example.com"))
  await mailer.idle()

  expect(server.arrived).toHaveLength(1)
  expect(tries).toBe(6)
  expect(lines.filter((line) => line.startsWith("error"))).toEqual([
    'error A mail could not be sent. {"mail":"verify","to":"b…@example.com","reason":"The mail server answered 451 (EENVELOPE)."}',
  ])
})

it("sends the others while one waits for another try, and gives up that one when it is stopped", async () => {
  const server = await startMailServer({
    onRcptTo: ({ address }, _session, done) =>
      done(address.startsWith("full") ? Object.assign(new Error("later"), { responseCode: 452 }) : undefined),
  })
  const { mailer, lines, kept } = await startMailer({ smtp: server.url, isKeeping: true, pausesMs: [600_000] })

  mailer.post(verify({}, "full@example.com"))
  mailer.post(verify({}, "ada@example.com"))
  await server.until(1)
  // When the mailer waits for nothing but the first one.
  mailer.post(verify({}, "bob@example.com"))
  await server.until(2)
  await mailer.stop()

  expect(server.arrived.map(({ recipients }) => recipients[0])).toEqual(["ada@example.com", "bob@example.com"])
  expect(lines.filter((line) => line.startsWith("error"))).toEqual([
    'error A mail could not be sent. {"mail":"verify","to":"f…@example.com","reason":"The server is stopping."}',
  ])
  expect(kept()).toHaveLength(3)
})

it("loses no mail of one kind to a flood of another, and sends it soon", async () => {
  const { mailer, lines, kept } = await startMailer({ isKeeping: true })

  mailer.post({ ...verify({}, "ada@example.com"), name: "reset" })
  for (let count = 0; count < 1_100; count += 1) mailer.post(verify({}, `${count}@example.com`))
  mailer.post({ ...verify({}, "bob@example.com"), name: "reset" })
  await expect.poll(() => kept().filter(({ template }) => template === "reset")).toHaveLength(2)
  const floodCount = kept().length - 2
  await mailer.stop()

  expect(floodCount).toBeLessThan(200)
  expect(lines.filter((line) => line.includes("More than 1000 mails"))).toHaveLength(100)
  expect(lines.filter((line) => line.includes('"mail":"reset"') && line.startsWith("error"))).toEqual([])
})

it("does not try again what the server will never take", async () => {
  let tries = 0
  const server = await startMailServer({
    onRcptTo: (_address, _session, done) => {
      tries += 1
      done(Object.assign(new Error("no such user"), { responseCode: 550 }))
    },
  })
  const { mailer, kept } = await startMailer({ smtp: server.url, isKeeping: true })

  mailer.post(verify())
  await mailer.idle()

  expect(tries).toBe(1)
  expect(kept()).toMatchObject([{ state: "failed", error: "The mail server answered 550 (EENVELOPE)." }])
})

it("keeps the password of the mail server and the links out of the log", async () => {
  const server = await startMailServer({
    onAuth: (_auth, _session, done) => done(new Error("wrong")),
    allowInsecureAuth: true,
  })
  const smtp = `smtp://postbot:s3cret-word@127.0.0.1:${server.port}`
  const { mailer, lines } = await startMailer({ smtp, isKeeping: true })

  mailer.post(verify())
  await mailer.idle()

  const log = lines.join("\n")
  expect(log).toContain("A mail could not be sent.")
  expect(log).not.toMatch(/s3cret-word|token=|ada@/)
})

it("sends a password to another machine only under encryption, unless the URL says so", async () => {
  const passwords: unknown[] = []
  const server = await startMailServer({
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _session, done) => {
      passwords.push(password)
      done(null, { user: username })
    },
  })
  // This machine, by a name that does not say so.
  const smtp = `smtp://bot:word@127.1:${server.port}`
  const guarded = await startMailer({ smtp, isKeeping: true })
  const open = await startMailer({ smtp: `${smtp}?requireTLS=false` })

  guarded.mailer.post(verify())
  await guarded.mailer.idle()
  const before = [...passwords]
  open.mailer.post(verify())
  await open.mailer.idle()

  expect(before).toEqual([])
  expect(guarded.kept()[0]).toMatchObject({ state: "failed" })
  expect(passwords).toEqual(["word"])
  expect(server.arrived).toMatchObject([{ user: "bot", isEncrypted: false }])
})

it("in dev keeps every mail whether it was sent or not, and the newest 200", async () => {
  const { mailer, kept } = await startMailer({ isKeeping: true })

  for (let count = 0; count < keptMailsMax + 5; count += 1) mailer.post(verify({}, `user${count}@example.com`))
  await mailer.idle()

  const mails = kept()
  expect(mails).toHaveLength(keptMailsMax)
  expect(mails[0]).toMatchObject({ to: "user204@example.com", state: "kept", template: "verify", error: null })
  expect(mails[0]!.text).toContain(link)
})

it("elsewhere keeps none, and says once that none was sent", async () => {
  const { mailer, kept, lines } = await startMailer()

  mailer.post(verify())
  mailer.post(verify())
  await mailer.idle()

  expect(kept()).toEqual([])
  const said = 'A mail was not sent, since mail.smtp is not set. {"mail":"verify","to":"a…@example.com"}'
  expect(lines).toEqual([`warn ${said}`, `debug ${said}`])
})

it("takes no certificate that nobody vouches for, unless the URL says so", async () => {
  const server = await startMailServer({ hideSTARTTLS: false })
  const strict = await startMailer({ smtp: server.url, isKeeping: true })
  const lenient = await startMailer({ smtp: `${server.url}?tls.rejectUnauthorized=false` })

  strict.mailer.post(verify())
  await strict.mailer.idle()
  lenient.mailer.post(verify())
  await lenient.mailer.idle()

  expect(strict.kept()[0]).toMatchObject({ state: "failed" })
  expect(server.arrived).toMatchObject([{ isEncrypted: true }])
})

it("takes the templates of the project, and ours where one is broken", async () => {
  const { mailer, root, lines, kept } = await startMailer({ isKeeping: true })
  await mkdir(path.join(root, "mails"))
  await writeFile(path.join(root, "mails", "verify.txt.hbs"), "Subject: Bonjour {{email}}\n\nIci : {{link}}\n")
  await writeFile(path.join(root, "mails", "verify.html.hbs"), "<p>Bonjour\n{{nom}}</p>")

  mailer.post(verify())
  await mailer.idle()

  expect(kept()[0]).toMatchObject({ subject: "Bonjour ada@example.com", text: `Ici : ${link}\n` })
  expect(kept()[0]!.html).toContain("Confirm the address")
  expect(lines[0]).toContain('warn mails/verify.html.hbs:2: There is no value named "nom".')
})

it("gives up what waits when it is stopped, and says so", async () => {
  const { mailer, lines } = await startMailer({ isKeeping: true })

  for (let count = 0; count < 3; count += 1) mailer.post(verify({}, `user${count}@example.com`))
  await mailer.stop()
  mailer.post(verify({}, "late@example.com"))

  expect(lines.filter((line) => line.includes("The server is stopping."))).toHaveLength(4)
})

it("holds a thousand mails that wait, and gives up the oldest beyond that", async () => {
  const { mailer, lines } = await startMailer({ isKeeping: true })

  for (let count = 0; count < 1_003; count += 1) mailer.post(verify({}, `${count % 10}@host${count}.example`))
  const lost = lines.filter((line) => line.includes("More than 1000 mails are waiting."))
  await mailer.stop()

  expect(lost).toHaveLength(3)
  expect(lost[0]).toContain("@host0.example")
  expect(lines.filter((line) => line.includes("The server is stopping."))).toHaveLength(1_000)
})
