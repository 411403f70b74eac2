import { expect, test } from "vitest"
import { parse } from "yaml"

import { openApiDocument } from "../../../../src/codegen/openapi/document.ts"
import { parseSchema } from "../../../../src/schema/parse.ts"
import { builtCli } from "../../../helpers/built-cli.ts"
import { send, startHttp } from "../http-fixture.ts"

test("the document is served as JSON and as YAML, and is that of the schema and the limits", async () => {
  const { port, parts } = await startHttp()

  const json = await send(port, { path: "/api/openapi.json" })
  const yaml = await send(port, { path: "/api/openapi.yaml" })

  const { bodyLimitBytes, urlLimitBytes } = parts.config().server
  const limits = { ...parts.records.limits, bodyLimitBytes, urlLimitBytes }
  const made = openApiDocument(parts.schemas.current, {
    version: "1.2.3",
    limits,
    isServed: true,
    accountsCollection: "users",
  })
  expect(json.headers["content-type"]).toBe("application/json; charset=utf-8")
  expect(yaml.headers["content-type"]).toBe("application/yaml; charset=utf-8")
  expect(json.body).toEqual(made)
  expect(parse(yaml.text, { version: "1.1" })).toEqual(made)
})

test("an unchanged document is not sent again, compressed or not; a new schema or limit makes another", async () => {
  const { port, parts, configure } = await startHttp()
  const get = (headers: Record<string, string> = {}) => send(port, { path: "/api/openapi.json", headers })
  const first = await get()
  const packed = await get({ "accept-encoding": "gzip" })

  const tag = first.headers.etag!
  expect(await get({ "if-none-match": tag })).toMatchObject({ status: 304, text: "", headers: { etag: tag } })
  expect((await get({ "if-none-match": packed.headers.etag! })).status).toBe(304)

  configure({ bodyLimitBytes: 12_345 })
  const limited = await get({ "if-none-match": tag })
  expect(limited.status).toBe(200)
  expect(limited.text).toContain("At most 12345 bytes.")

  parts.schemas.swap(parseSchema("collections: { other: { fields: { a: { type: text } } } }", "schema.yaml").schema!)
  const changed = await get({ "if-none-match": limited.headers.etag! })
  expect(Object.keys(changed.body.paths)).toContain("/api/collections/other/{id}")
  expect(Object.keys(changed.body.paths)).not.toContain("/api/collections/notes")
})

test("a page of another origin may read the document where CORS says so", async () => {
  const { port } = await startHttp({ server: { cors: { origins: ["https://app.example.com"] } } })

  const { headers } = await send(port, { path: "/api/openapi.json", headers: { origin: "https://app.example.com" } })

  expect(headers["access-control-allow-origin"]).toBe("https://app.example.com")
})

test(
  "the page loads nothing but versioned files of its own, which browsers may keep",
  { timeout: 120_000 },
  async () => {
    await builtCli()
    const { port } = await startHttp()

    const page = await send(port, { path: "/docs" })
    const links = [...page.text.matchAll(/(?:src|href)="(\/docs\/[^"]+)"/g)].map(([, link]) => link!)

    expect(page.headers["content-security-policy"]).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self';",
    )
    expect(page.headers["cache-control"]).toBe("no-cache")
    expect(page.text).not.toMatch(/<script>|style=|https?:/)
    expect((await send(port, { path: "/docs/", headers: { "if-none-match": page.headers.etag! } })).status).toBe(304)
    expect(links).toHaveLength(5)
    for (const path of links) {
      const { status, headers } = await send(port, { path, headers: { "accept-encoding": "gzip" } })
      expect({ path, status }).toEqual({ path, status: 200 })
      expect(headers["cache-control"]).toContain("immutable")
      expect(headers["content-type"]).toMatch(/^(?:text\/(?:javascript|css)|image\/png)/)
      if (path.endsWith("bundle.js")) expect(headers["content-encoding"]).toBe("gzip")
    }
    const folder = links[0]!.replace(/[^/]+$/, "")
    for (const name of ["NOTICE", "swagger-ui-bundle.js.map", "..%2f..%2fcli%2fmain.js", "__proto__", "toString"]) {
      expect(await send(port, { path: folder + name })).toMatchObject({
        status: 404,
        body: { error: { code: "NOT_FOUND" } },
      })
    }
    expect((await send(port, { path: "/docs/assets/000000000000/page.js" })).status).toBe(404)
  },
)

test("api.docs: false hides the document and the page from every method, without a word of them anywhere", async () => {
  const { port, parts } = await startHttp()
  const shown = await send(port, { path: "/" })
  const config = parts.config()
  Object.assign(config.api, { docs: false })
  const unknown = await send(port, { path: "/nowhere" })

  for (const path of ["/docs", "/api/openapi.json", "/api/openapi.yaml", "/docs/assets/000000000000/page.js"]) {
    for (const method of ["GET", "HEAD", "OPTIONS", "POST", "DELETE", "PROPFIND"]) {
      const answer = await send(port, { path, method })
      expect({ path, method, status: answer.status }).toEqual({ path, method, status: 404 })
      expect(answer.headers.allow).toBeUndefined()
      if (method === "HEAD") continue
      const { error } = answer.body
      expect(error).toMatchObject({ code: "NOT_FOUND", details: unknown.body.error.details })
      expect(error.next).toBe(unknown.body.error.next)
    }
  }
  expect(JSON.stringify(unknown.body)).not.toMatch(/docs|openapi/)
  expect(shown.body.links).toMatchObject({ docs: "/docs", openapi: "/api/openapi.json" })
  expect((await send(port, { path: "/" })).body.links.docs).toBeUndefined()
})

test("a path that is not served is told what is, the document and the page among it", async () => {
  const { port } = await startHttp()

  const { error } = (await send(port, { path: "/dosc" })).body

  expect(error.next).toBe("Did you mean /docs?")
  expect(error.details.served).toEqual(expect.arrayContaining(["/docs", "/api/openapi.json", "/api/batch"]))
  expect((await send(port, { method: "POST", path: "/docs" })).status).toBe(405)
})
