import { expect, test } from "vitest"

import type { LogLine } from "../../../src/protocol/admin-api.ts"
import type { MailView } from "../../../src/protocol/auth-api.ts"
import { initialState } from "../../../src/ui/dashboard/dashboard-state.ts"
import type { Turn } from "../../../src/ui/dashboard/dashboard-state.ts"
import { liveLine } from "../../../src/ui/dashboard/live-line.ts"
import { mailIdOf, mailInFull } from "../../../src/ui/dashboard/mail-in-full.ts"
import { pressKey } from "../../../src/ui/dashboard/press-key.ts"
import { paintNothing } from "../../../src/ui/paint.ts"

const line: LogLine = {
  kind: "log",
  seq: 1,
  time: "2026-11-21T08:30:15.000Z",
  level: "info",
  message: "Mail to a…@example.test: Verify your address",
  fields: { mail: "verify", to: "a…@example.test", id: 7 },
}

const mail: MailView = {
  id: 7,
  template: "verify",
  to: "ann@example.test",
  subject: "Verify \u001B[2Jyour address",
  text: "Hello,\nfollow http://127.0.0.1:8090/api/auth/verify?code=abc\u0007\n",
  html: "<p>Hello</p>",
  created_at: "2026-11-21T08:30:15.000Z",
  state: "kept",
  error: null,
}

function open(entry: LogLine): Turn {
  return pressKey(
    { ...initialState, focus: "changes" },
    { name: "enter" },
    {
      lists: {
        requests: { entries: [], rows: 3 },
        changes: { entries: [{ id: 1, entry }], rows: 3 },
        functions: { entries: [], rows: 3 },
      },
      overlay: null,
      hasPlan: false,
    },
  )
}

test("Enter on the line of a mail opens the mail and asks for its text", () => {
  const other: LogLine = { ...line, fields: { id: 7 } }
  expect(open(line)).toMatchObject({
    state: { overlay: { kind: "mail", entry: line, fetched: { state: "loading" } } },
    effects: [{ kind: "fetchMail", entry: line }],
  })
  expect(open(other).state.overlay).toMatchObject({ kind: "change" })
  expect(mailIdOf(line)).toBe(7)
})

test("a mail is shown with its text and its link, and obeys nothing that stands in it", () => {
  const lines = mailInFull(line, { state: "there", mail }, { paint: paintNothing, columns: 60 })
  expect(lines.slice(0, 4)).toEqual([
    "To       ann@example.test",
    "Subject  Verify \\e[2Jyour address",
    "Template verify",
    expect.stringMatching(/^State {4}kept, \d\d:30:15$/),
  ])
  expect(lines.join("")).toContain("http://127.0.0.1:8090/api/auth/verify?code=abc\\u0007")
  expect(mailInFull(line, { state: "missing", reason: "Gone." }, { paint: paintNothing, columns: 60 })).toContain(
    "Gone.",
  )
})

test("who follows what stands in a line while somebody does", () => {
  const live = { sockets: 3, subscriptions: 12, groups: 2, messages: 9, slowestFanOutMs: 1.5, untakenBytes: 0 }
  expect(liveLine(live, { paint: paintNothing, messagesPerSecond: 4.25 })).toBe(
    "3 sockets · 12 subscriptions in 2 groups · 4.3 messages/s · slowest 1.5 ms",
  )
  expect(liveLine({ ...live, sockets: 0, subscriptions: 0 }, { paint: paintNothing, messagesPerSecond: 0 })).toBeNull()
  expect(liveLine(null, { paint: paintNothing, messagesPerSecond: null })).toBeNull()
})
