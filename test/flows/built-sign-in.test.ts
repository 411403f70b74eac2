import { expect, it } from "vitest"

import { CookieBrowser } from "../helpers/cookie-browser.ts"
import { linkIn, startMailServer } from "../helpers/mail-server.ts"
import { issuerClient, startOidcIssuer } from "../helpers/oidc-issuer.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const app = "https://app.example/signed-in"

it("sends mails and signs in through a provider from the bundle, with templates of the package and the project", async () => {
  const mails = await startMailServer()
  const issuer = await startOidcIssuer()
  const folder = await tempFolder()
  const config = {
    mail: { smtp: mails.url, from: "App <app@app.example>" },
    auth: { redirects: [app], oauth: { acme: { ...issuerClient, issuer: issuer.url } } },
  }
  await writeProject(folder, {
    "schema.yaml": "collections: { notes: { fields: { text: { type: string } } } }",
    "alyx.yaml": JSON.stringify(config),
    "mails/verify.txt.hbs": "Subject: Bonjour\n\n{{link}}\n",
  })
  const daemon = await startDaemon({ folder, env: { ALYX_SERVER_INSECURE_OPEN: "false" } })
  issuer.serve(`${daemon.url}/api/auth/oauth/acme/callback`)
  issuer.meet({ sub: "ada", email: "ada@example.com", email_verified: true })

  const begin = `${daemon.url}/api/auth/oauth/acme?redirect=${encodeURIComponent(app)}`
  const returned = (await new CookieBrowser().open(begin, app)).url.searchParams
  const exchanges = await Promise.all(
    Array.from({ length: 10 }, () => daemon.send("POST", "/api/auth/oauth/exchange", { code: returned.get("code") })),
  )
  await daemon.send("POST", "/api/auth/register", { email: "bob@example.com", password: "correct horse" })
  const [mail] = await mails.until(1)
  const token = linkIn(mail!).searchParams.get("token")
  const proofs = await Promise.all(Array.from({ length: 10 }, () => daemon.send("POST", "/api/auth/verify", { token })))

  const worked = exchanges.filter(({ status }) => status === 200)
  expect(worked.map(({ body }) => body.user.email)).toEqual(["ada@example.com"])
  expect(proofs.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(mail!.parsed.subject).toBe("Bonjour")
  expect(mail!.parsed.html).toContain("Confirm the address")
})
