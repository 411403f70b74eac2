import { expect, test } from "vitest"

import { openSocket } from "../daemon/realtime/socket-client.ts"
import { openDashboard } from "../helpers/open-dashboard.ts"
import { sendTo } from "../helpers/running-daemon.ts"

test("the dashboard shows who follows queries, and opens mails", async () => {
  const { screen, url } = await openDashboard({ rows: 40, columns: 160 })
  const client = await openSocket(Number(new URL(url).port))
  await client.ask({ type: "subscribe", payload: { collection: "notes" } })
  await screen.shows(/1 socket · 1 subscription in 1 group/)

  const made = await sendTo(url, "POST", "/api/auth/register", {
    email: "ann@example.test",
    password: "a long enough password",
  })
  expect(made.status).toBe(201)
  await screen.shows(/Mail to /)
  screen.type("\t")
  screen.type("\r")
  await screen.shows("ann@example.test")
  await screen.shows(/https?:\/\/[^ ]+verify/)
  // Escape and a letter at once would be another key.
  screen.type("\u001B")
  await screen.shows(/1 subscription in 1 group/)
  screen.type("Q")
  expect(await client.closed).toBe(1001)
})
