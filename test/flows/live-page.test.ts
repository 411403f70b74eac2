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

/** The first program under a heading of docs/realtime.md, as it stands there. */
function documented(heading: string): string {
  const text = readFileSync(path.join(packageRoot(), "docs", "realtime.md"), "utf8")
  return /```js\n([\s\S]*?)```/.exec(text.slice(text.indexOf(`## ${heading}\n`)))![1]!
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
    const program = documented("In a browser").replace("ws://127.0.0.1:8090", daemon.url.replace("http", "ws"))
    await page.evaluate(
      `(() => { const accessToken = ${JSON.stringify(token)}; ${program}; window.posts = () => posts })()`,
    )
    const titles = () => page.evaluate("window.posts().map(({ title }) => title)")
    await expect.poll(titles).toEqual(["first"])
    const id = await post("second")
    // The query asks for the newest first.
    await expect.poll(titles).toEqual(["second", "first"])
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

test.runIf(canRun(existsSync(browser), `there is no ${browser}`))(
  "the client for pages in the documentation signs in, refreshes its token, and follows over a restart",
  { timeout: 120_000 },
  async () => {
    const folder = await tempFolder()
    await writeProject(folder, { "schema.yaml": schema })
    const env = { ALYX_SERVER_INSECURE_OPEN: "false" }
    const daemon = await startDaemon({ folder, env })
    const person = { email: "ada@example.test", password: "a long enough password" }
    expect((await daemon.send("POST", "/api/auth/register", person)).status).toBe(201)
    const page = await openPage(await tempFolder())
    await page.goto(`${daemon.url}/health/live`)
    const program = [documented("In a browser").split("/** The documents after")[1]!, documented("A client for a page")]
      .join("\n")
      .replace("http://127.0.0.1:8090", daemon.url)
    await page.evaluate(`(() => { /** ${program}
      const spoil = () => (session = { ...session, access_token: session.access_token + "x" })
      window.alyx = { signIn, call, follow, spoil }
    })()`)

    const wrong = page.evaluate(`alyx.signIn("ada@example.test", "a wrong password")`)
    await expect(wrong).rejects.toThrow("password")
    await page.evaluate(`alyx.signIn("ada@example.test", "a long enough password")`)
    const post = (title: string) =>
      page.evaluate(`alyx.call("/api/collections/posts", { method: "POST", headers: { "content-type": "application/json" },
        body: '{"title":"${title}"}' }).then(({ status }) => status)`)
    await page.evaluate(`window.stop = alyx.follow({ collection: "posts", sort: "title" },
      (docs) => (window.titles = docs.map(({ title }) => title)), (error) => (window.failed = error.code))`)
    const titles = () => page.evaluate("window.titles")
    await expect.poll(titles).toEqual([])
    expect(await post("m")).toBe(201)
    await page.evaluate("alyx.spoil()")
    expect(await post("z")).toBe(201)
    expect(await post("a")).toBe(201)
    await expect.poll(titles).toEqual(["a", "m", "z"])

    await page.evaluate("alyx.spoil()")
    expect(await daemon.stop()).toBe(0)
    const again = await startDaemon({ folder, env, command: ["start", "--port", new URL(daemon.url).port] })
    const { access_token: token } = (await again.send("POST", "/api/auth/login", person)).body
    const asAda = { authorization: `Bearer ${token}` }
    expect((await again.send("POST", "/api/collections/posts", { title: "n" }, asAda)).status).toBe(201)
    // Nobody sees it without an account: the socket came back with a new token.
    await expect.poll(titles, { timeout: 20_000 }).toEqual(["a", "m", "n", "z"])

    await page.evaluate(`alyx.follow({ collection: "pots" }, () => {}, (error) => (window.failed = error.code))`)
    await expect.poll(() => page.evaluate("window.failed")).toBe("COLLECTION_NOT_FOUND")
    await page.evaluate("window.stop()")
    await page.context().close()
    expect(await again.stop()).toBe(0)
  },
)

/** A browser with nothing in its profile that looks for no updates. */
async function openPage(profile: string) {
  const args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]
  const context = await chromium.launchPersistentContext(profile, { executablePath: browser, headless: true, args })
  onTestFinished(() => context.close())
  return context.pages()[0] ?? (await context.newPage())
}
