import { createHash } from "node:crypto"
import type { AddressInfo } from "node:net"

import fastify from "fastify"
import { expect, onTestFinished, test } from "vitest"

import { alyxError } from "../../../src/errors.ts"
import { errorBody, toAnsweredError } from "../../../src/daemon/http/errors.ts"
import { acceptForms, answerErrorsWithPages, isForm } from "../../../src/daemon/http/page-forms.ts"
import { html, sendPage } from "../../../src/daemon/http/page.ts"
import { send, type Sent } from "./http-fixture.ts"

const hostile = `"><script>alert('1')</script>&`

test("texts are escaped wherever they stand, and only what the tag made is HTML", () => {
  const inner = html`<b>${hostile}</b>`

  const page = html`<a title="${hostile}">${inner}${[html`<i>1</i>`, html`<i>2</i>`]}${null}${false}${7}</a>`

  const escaped = "&quot;&gt;&lt;script&gt;alert(&#39;1&#39;)&lt;/script&gt;&amp;"
  expect(page.text).toBe(`<a title="${escaped}"><b>${escaped}</b><i>1</i>\n<i>2</i>7</a>`)
})

test("a page may run no script, stands in no frame, is never kept, and its style is the one that the policy allows", async () => {
  const port = await servePages()

  const { headers, text } = await send(port, { path: "/page" })

  const style = /<style>([^]*)<\/style>/.exec(text)?.[1] ?? ""
  expect(headers["content-security-policy"]).toBe(
    `default-src 'none'; style-src 'sha256-${createHash("sha256").update(style).digest("base64")}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  )
  expect(headers).toMatchObject({
    "content-type": "text/html; charset=utf-8",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
  })
  expect(text).toContain("<title>&lt;Title&gt;</title>")
  expect(text).not.toContain("<script")
})

test("a form arrives as an object of texts, with names that no object has of itself", async () => {
  const port = await servePages()

  const answer = await send(port, form("code=a%2Bb+c&__proto__=x&constructor=y&code=last"))

  expect(answer.body).toEqual({ names: ["code", "__proto__", "constructor"], code: "last", isForm: true })
})

test.each([
  ["more than 16 KB", form(`code=${"x".repeat(17_000)}`), 413],
  ["what is no UTF-8", form(Buffer.from([0x61, 0x3d, 0xff])), 400],
])("a form of %s is refused, on a page", async (_what, sent, status) => {
  const port = await servePages()

  const answer = await send(port, sent)

  expect(answer.status).toBe(status)
  expect(answer.headers["content-type"]).toBe("text/html; charset=utf-8")
})

test("errors are pages for browsers and JSON for everybody else", async () => {
  const port = await servePages()

  const page = await send(port, { path: "/error", headers: { accept: "text/html,*/*" } })
  const json = await send(port, { path: "/error", headers: { accept: "application/json" } })

  expect(page.status).toBe(400)
  expect(page.text).toContain("The code &lt;x&gt; has expired.")
  expect(page.text).toContain("Ask for another one.")
  expect(json.body.error).toMatchObject({ code: "INVALID_CODE", message: "The code <x> has expired." })
})

function form(body: string | Uint8Array): Sent {
  return { method: "POST", path: "/form", headers: { "content-type": "application/x-www-form-urlencoded" }, body }
}

/** Pages behind a real socket, under an error handler like the router's. */
async function servePages(): Promise<number> {
  const app = fastify()
  app.setErrorHandler((thrown, _request, reply) => {
    const error = toAnsweredError(thrown)
    void reply.code(error.status).send(errorBody(error, "id", new Date()))
  })
  app.decorateRequest("answeredCode", null)
  void app.register((scope, _options, done) => {
    acceptForms(scope)
    answerErrorsWithPages(scope)
    scope.get("/page", (_request, reply) => sendPage(reply, { title: "<Title>", content: html`<p>Text</p>` }))
    scope.get("/error", () => {
      throw alyxError("INVALID_CODE", { message: "The code <x> has expired.", next: "Ask for another one." })
    })
    scope.post("/form", (request, reply) => {
      const body = request.body as Record<string, string>
      void reply.send({ names: Object.keys(body), code: body["code"], isForm: isForm(request) })
    })
    done()
  })
  await app.listen({ port: 0, host: "127.0.0.1" })
  onTestFinished(() => app.close())
  return (app.server.address() as AddressInfo).port
}
