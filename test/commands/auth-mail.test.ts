import { expect, test } from "vitest"

import type { MailsResponse, MailView } from "../../src/protocol/auth-api.ts"
import { sendJson } from "../daemon/http/http-fixture.ts"
import { makeProject } from "../helpers/cli-project.ts"
import { startDaemon } from "../helpers/running-daemon.ts"

test("alyx auth mail lists what alyx dev kept, and shows one whose link works", async () => {
  const project = await makeProject()
  const nothing = await project.run("auth", "mail")
  const { url } = await startDaemon({ folder: project.folder, command: ["dev", "--port", "0"] })
  const port = Number(new URL(url).port)
  await sendJson(port, "POST", "/api/auth/register", { email: "ada@example.com", password: "correct horse" })
  const kept = async () => JSON.parse((await project.run("auth", "mail", "--json")).stdout) as MailsResponse
  await expect.poll(async () => (await kept()).mails.length, { timeout: 10_000 }).toBe(1)

  const table = await project.run("auth", "mail")
  const shown = await project.run("auth", "mail", "1")
  const html = await project.run("auth", "mail", "last", "--html")
  const json = await project.run("auth", "mail", "last", "--json")
  const missing = await project.run("auth", "mail", "7")
  const unclear = await project.run("auth", "mail", "--html")
  const link = new URL(/http:\S+/.exec(shown.stdout)![0])
  const verified = await sendJson(port, "POST", link.pathname, { token: link.searchParams.get("token") })

  expect(nothing.stdout).toContain("No mails are kept.")
  expect(table.stdout).toMatch(/1 +\S+ \S+ +kept +ada@example\.com +Confirm your address for/)
  expect(html.stdout).toMatch(/^<!doctype html>/)
  expect((JSON.parse(json.stdout) as MailView).text).toContain(link.href)
  expect(missing).toMatchObject({ exitCode: 1, stdout: "" })
  expect(missing.stderr).toContain("No mail with the number 7 is kept.")
  expect(unclear.exitCode).toBe(2)
  expect(verified.status).toBe(200)
})
