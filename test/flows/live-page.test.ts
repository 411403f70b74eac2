import { existsSync, readFileSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import path from "node:path"

import { chromium } from "playwright-core"
import { expect, onTestFinished, test } from "vitest"

import { packageRoot } from "../../src/lib/package-root.ts"
import { canRun } from "../helpers/can-run.ts"
import { startDaemon, writeProject } from "../helpers/running-daemon.ts"
import { tempFolder } from "../helpers/temp-folder.ts"

const browser = "/usr/bin/chromium"

const schema = `
collections:
  posts:
    fields:
      title: { type: string }
      published: { type: bool, default: false }
    rules:
      create: auth.id != null
      update: auth.id != null
      read: doc.published || auth.id != null
`

/** The program for browsers in docs/realtime.md, as it stands there. */
function documented(): string {
  const text = readFileSync(path.join(packageRoot(), "docs", "realtime.md"), "utf8")
  return /## In a browser\n+```js\n([\s\S]*?)```/.exec(text)![1]!
}

test.runIf(canRun(existsSync(browser), `there is no ${browser}`))(
  "the program for browsers in the documentation follows posts, and pages of other origins cannot",
  { timeout: 120_000 },
  async () => {
    const folder = await tempFolder()
    await writeProject(folder, { "schema.yaml": schema })
    const daemon = await startDaemon({ folder, env: { ALYX_SERVER_INSECURE_OPEN: "false" } })
    const person = { email: "ada@example.test", password: "a long enough password" }
    const { access_token: token } = (await daemon.send("POST", "/api/auth/register", person)).body
    const asAda = { authorization: `Bearer ${token}` }
    const post = (title: string) =>
      daemon.send("POST", "/api/collections/posts", { title, published: true }, asAda).then(({ body }) => body.id)
    await post("first")

    const page = await openPage(await tempFolder())
    await page.goto(`${daemon.url}/health/live`)
    const program = documented().replace("ws://127.0.0.1:8090", daemon.url.replace("http", "ws"))
    await page.evaluate(`(() => { const accessToken = ${JSON.stringify(token)}; ${program}; window.posts = posts })()`)
    const titles = () => page.evaluate("[...window.posts.values()].map(({ title }) => title)")
    await expect.poll(titles).toEqual(["first"])
    const id = await post("second")
    await expect.poll(titles).toEqual(["first", "second"])
    await daemon.send("PATCH", `/api/collections/posts/${id}`, { published: false }, asAda)
    await expect.poll(titles).toEqual(["first"])

    const other = createServer((_request, response) => void response.end("<p>another page</p>"))
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve))
    onTestFinished(() => void other.close())
    await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`)
    const opened = await page.evaluate(
      (address) =>
        new Promise((resolve) => {
          const socket = new WebSocket(address)
          socket.addEventListener("open", () => resolve(true))
          socket.addEventListener("error", () => resolve(false))
        }),
      `${daemon.url.replace("http", "ws")}/api/realtime`,
    )
    expect(opened).toBe(false)
    await page.context().close()
    expect(await daemon.stop()).toBe(0)
  },
)

/** A browser with nothing in its profile that looks for no updates. */
async function openPage(profile: string) {
  const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
  const context = await chromium.launchPersistentContext(profile, { executablePath: browser, headless: true, args })
  onTestFinished(() => context.close())
  return context.pages()[0] ?? (await context.newPage())
}
