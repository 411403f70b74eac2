import { existsSync, readFileSync } from "node:fs"
import path from "node:path"

import { chromium } from "playwright-core"
import { expect, onTestFinished, test } from "vitest"

import { packageRoot } from "../../src/lib/package-root.ts"
import { canRun } from "../helpers/can-run.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const browser = "/usr/bin/chromium"

test.runIf(canRun(existsSync(browser), `there is no ${browser}`))(
  "a request is tried on the page at /docs, which asks nobody but the server",
  { timeout: 120_000 },
  async () => {
    const folder = await tempFolder()
    const schema = readFileSync(path.join(packageRoot(), "examples", "blog", "schema.yaml"), "utf8")
    await writeProject(folder, { "schema.yaml": schema })
    const daemon = await startDaemon({ folder })
    const page = await openPage(await tempFolder())
    const said: string[] = []
    const asked: string[] = []
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") said.push(message.text())
    })
    page.on("pageerror", (error) => said.push(error.message))
    page.on("request", (request) => asked.push(request.url()))

    await page.goto(`${daemon.url}/docs`)
    await page.locator("#operations-users-createUsers").waitFor()
    await page.locator("#operations-users-createUsers .opblock-summary-control").click()
    const operation = page.locator("#operations-users-createUsers")
    await operation.locator("textarea.body-param__text").fill('{"email":"ada@example.com","name":"Ada"}')
    await operation.locator("button.execute").click()
    const answer = operation.locator(".live-responses-table .response")
    await answer.waitFor()

    expect(await answer.locator(".response-col_status").innerText()).toContain("201")
    expect(await answer.locator(".response-col_description").innerText()).toContain("ada@example.com")
    const { body } = await daemon.send("GET", "/api/collections/users")
    expect(body.docs).toMatchObject([{ email: "ada@example.com", name: "Ada" }])
    expect(said).toEqual([])
    expect(asked.filter((url) => !url.startsWith(`${daemon.url}/`) && !url.startsWith("data:"))).toEqual([])
    const picture = process.env["ALYX_TEST_PICTURE"]
    if (picture !== undefined) await page.screenshot({ path: picture, fullPage: false })
    await page.context().close()
    expect(await daemon.stop()).toBe(0)
  },
)

/** A browser with nothing in its profile that looks for no updates. */
async function openPage(profile: string) {
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: browser,
    headless: true,
    viewport: { width: 1280, height: 1600 },
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  })
  onTestFinished(() => context.close())
  return context.pages()[0] ?? (await context.newPage())
}
