import { expect, it } from "vitest"

import { codeHostClient, startCodeHost } from "../../../helpers/code-host.ts"
import type { CodeHostPerson } from "../../../helpers/code-host.ts"
import { CookieBrowser } from "../../../helpers/cookie-browser.ts"
import { goodPassword, startAccountsDaemon } from "../accounts-daemon.ts"

const app = "https://app.example/signed-in"

async function startWithCodeHost() {
  const host = await startCodeHost()
  const daemon = await startAccountsDaemon({
    config: { auth: { redirects: [app], oauth: { github: { ...codeHostClient, issuer: host.url } } } },
  })
  return {
    daemon,
    signIn: async (person: CodeHostPerson) => {
      host.meet(person)
      const begin = `${daemon.url}/api/auth/oauth/github?redirect=${encodeURIComponent(app)}`
      return (await new CookieBrowser().open(begin, app)).url.searchParams
    },
    exchange: (code: string | null) => daemon.send("POST", "/api/auth/oauth/exchange", { code }),
  }
}

const ada = {
  user: { id: 4711, login: "ada", name: "Ada L.", email: "anything@public.example" },
  emails: [
    { email: "old@example.com", primary: false, verified: true },
    { email: "ada@example.com", primary: true, verified: true },
  ],
}

it("takes the number of the profile as who it is, and the primary address of the list", async () => {
  const { signIn, exchange } = await startWithCodeHost()

  const first = await exchange((await signIn(ada)).get("code"))
  const renamed = { ...ada, user: { ...ada.user, login: "lovelace" }, emails: [] }
  const second = await exchange((await signIn(renamed)).get("code"))

  expect(first.body.user).toMatchObject({ email: "ada@example.com", verified: true, name: "Ada L." })
  expect(second.body.user.id).toBe(first.body.user.id)
})

it("does not take the public address of a profile, nor an unproven one, as a proof", async () => {
  const { daemon, signIn } = await startWithCodeHost()
  await daemon.register("victim@example.com", goodPassword)
  const attacker = { id: 666, login: "mallory", email: "victim@example.com" }

  const byProfile = await signIn({ user: attacker, emails: [] })
  const byUnproven = await signIn({
    user: attacker,
    emails: [{ email: "victim@example.com", primary: true, verified: false }],
  })

  expect([...byProfile]).toEqual([["error", "email_missing"]])
  expect(byUnproven.get("error")).toBe("email_not_verified")
})

it.each([
  ["no id", { user: { login: "ada" }, emails: ada.emails }],
  ["an id that is no number", { user: { id: "4711" }, emails: ada.emails }],
  ["nothing", { user: null, emails: null }],
  ["a list that is none", { user: ada.user, emails: "x".repeat(300_000) }],
])("ends cleanly where the provider answers with %s", async (_name, person) => {
  const { signIn } = await startWithCodeHost()

  const returned = await signIn(person)

  expect([...returned]).toEqual([["error", "provider_failed"]])
})

it("ends cleanly where the secret is not the provider's", async () => {
  const host = await startCodeHost()
  const github = { ...codeHostClient, client_secret: "another secret", issuer: host.url }
  const daemon = await startAccountsDaemon({ config: { auth: { redirects: [app], oauth: { github } } } })
  const begin = `${daemon.url}/api/auth/oauth/github?redirect=${encodeURIComponent(app)}`

  const { url } = await new CookieBrowser().open(begin, app)

  expect([...url.searchParams]).toEqual([["error", "provider_failed"]])
  expect(daemon.log()).toContain("bad_verification_code")
  expect(daemon.log()).not.toContain("another secret")
})
