import { describe, expect, test } from "vitest"

import { asked, fetched, urlOf, useOutgoing } from "./outgoing-fixture.ts"
import type { Handler } from "./outgoing-fixture.ts"

const fixture = useOutgoing()

test("sends method, headers and body as they are, and gives the answer as it is", async () => {
  fixture.one.handler = (_request, response) => {
    response.writeHead(
      418,
      "Teapot",
      [
        ["set-cookie", "a=1"],
        ["Set-Cookie", "b=2"],
        ["content-type", "text/plain"],
      ].flat(),
    )
    response.end("short and stout")
  }
  const headers = [
    ["X-Mine", "1"],
    ["x-mine", "2"],
    ["Content-Type", "text/csv"],
    ["Host", "elsewhere.example"],
    ["Transfer-Encoding", "chunked"],
    ["Content-Length", "3"],
  ]

  const { head, text } = await fetched(
    fixture.allowed(),
    asked(urlOf(fixture.one, "/tea?pot=1#top"), { method: "post", headers }),
    "a,b",
  )

  expect(fixture.one.seen).toMatchObject([
    {
      method: "POST",
      url: "/tea?pot=1",
      body: "a,b",
      headers: {
        "x-mine": "1, 2",
        "content-type": "text/csv",
        "content-length": "3",
        host: `127.0.0.1:${fixture.one.port}`,
        "user-agent": "Alyx",
      },
    },
  ])
  expect(fixture.one.seen[0]!.headers["transfer-encoding"]).toBeUndefined()
  expect(head).toMatchObject({ status: 418, statusText: "Teapot", redirected: false })
  expect(head.headers.filter(([name]) => name === "set-cookie")).toEqual([
    ["set-cookie", "a=1"],
    ["set-cookie", "b=2"],
  ])
  expect(text).toBe("short and stout")
})

describe("which hosts", () => {
  test("only those that the manifest names; the refusal names the line", async () => {
    const call = fixture.host.call({ manifest: { allowedHosts: ["api.stripe.com"] } })

    const refused = await call.refusal(asked("https://api.example.com/x"))

    expect(refused).toMatchObject({
      code: "HOST_NOT_ALLOWED",
      message:
        'The function work may not reach api.example.com. Add it in functions/work.yaml: allowed_hosts: ["api.stripe.com", "api.example.com"]',
    })
  })

  test("a private address only where it is written, however the name or the number says it", async () => {
    fixture.host.resolve = () => Promise.resolve([{ address: "169.254.169.254", family: 4 }])
    const byName = await fixture.host
      .call({ manifest: { allowedHosts: ["*"] } })
      .refusal(asked("http://metadata.example/"))
    const codes: string[] = []
    for (const host of ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"]) {
      const call = fixture.host.call({ manifest: { allowedHosts: ["*"] } })
      // oxlint-disable-next-line no-await-in-loop -- each spelling by itself
      codes.push((await call.refusal(asked(`http://${host}:${fixture.one.port}/`))).code)
    }

    expect(byName).toMatchObject({
      code: "ADDRESS_NOT_ALLOWED",
      message: expect.stringContaining('allowed_hosts: ["*", "169.254.169.254:80"]') as string,
    })
    expect(new Set(codes)).toEqual(new Set(["ADDRESS_NOT_ALLOWED"]))
    expect(fixture.one.seen).toEqual([])
    expect((await fetched(fixture.allowed(), asked(urlOf(fixture.one)))).text).toBe("hello")
  })

  test("one private address among public ones refuses the host", async () => {
    fixture.host.resolve = () =>
      Promise.resolve([
        { address: "93.184.215.14", family: 4 },
        { address: "::ffff:10.0.0.1", family: 6 },
      ])
    const refused = await fixture.host
      .call({ manifest: { allowedHosts: ["mixed.example"] } })
      .refusal(asked("http://mixed.example/"))

    expect(refused.code).toBe("ADDRESS_NOT_ALLOWED")
  })

  test("a name is looked up once, and connected to what was checked", async () => {
    const answers = ["127.0.0.1", "127.0.0.2", "127.0.0.3"]
    let lookups = 0
    fixture.host.resolve = () => Promise.resolve([{ address: answers[lookups++]!, family: 4 }])
    const call = fixture.host.call({ manifest: { allowedHosts: ["rebound.example", "127.0.0.1"] } })

    await fetched(call, asked(`http://rebound.example:${fixture.one.port}/`))
    const again = await call.refusal(asked(`http://rebound.example:${fixture.one.port}/`))

    expect(fixture.one.seen).toMatchObject([{ headers: { host: `rebound.example:${fixture.one.port}` } }])
    expect(again.code).toBe("ADDRESS_NOT_ALLOWED")
    expect(lookups).toBe(2)
  })

  test.each([
    ["file:///etc/passwd", "BAD_REQUEST"],
    ["data:text/plain,x", "BAD_REQUEST"],
    ["/relative", "BAD_REQUEST"],
    ["http://user:pass@127.0.0.1/", "BAD_REQUEST"],
    ["http://nowhere.example/", "FETCH_FAILED"],
  ])("%s: %s", async (url, code) => {
    expect((await fixture.allowed("nowhere.example").refusal(asked(url))).code).toBe(code)
  })

  test.each([
    { method: "CONNECT" },
    { method: "TRACE" },
    { method: "G ET" },
    { headers: [["bad name", "x"]] },
    { headers: [["x", "line\r\nx-other: 1"]] },
    { headers: { x: "1" } },
    { redirect: "sometimes" },
  ])("%j is refused", async (more) => {
    expect((await fixture.allowed().refusal(asked(urlOf(fixture.one), more))).code).toBe("BAD_REQUEST")
    expect(fixture.one.seen).toEqual([])
  })
})

const redirectTo = (location: string, status = 302): Handler =>
  function redirect(request, response) {
    if (request.url === "/start") response.writeHead(status, { location }).end()
    else response.end(`at ${request.url}`)
  }

describe("redirects", () => {
  test("each begins anew: an address that is not allowed is not reached", async () => {
    fixture.one.handler = redirectTo(`http://localhost:${fixture.two.port}/inner`)
    fixture.host.resolve = () => Promise.resolve([{ address: "127.0.0.1", family: 4 }])

    const refused = await fixture.allowed().refusal(asked(urlOf(fixture.one, "/start")))

    expect(refused.code).toBe("HOST_NOT_ALLOWED")
    expect(fixture.two.seen).toEqual([])
  })

  test("another server is not told what was for the first fixture.one, and a POST becomes a GET", async () => {
    fixture.one.handler = redirectTo(urlOf(fixture.two, "/there"))
    const headers = [
      ["authorization", "Bearer secret"],
      ["cookie", "a=1"],
      ["content-type", "text/plain"],
      ["x-kept", "yes"],
    ]

    const { head } = await fetched(
      fixture.allowed(),
      asked(urlOf(fixture.one, "/start"), { method: "POST", headers }),
      "body",
    )

    expect(head).toMatchObject({ status: 200, redirected: true, url: urlOf(fixture.two, "/there") })
    const [seen] = fixture.two.seen
    expect(seen).toMatchObject({ method: "GET", body: "", headers: { "x-kept": "yes" } })
    for (const name of ["authorization", "cookie", "content-type"]) expect(seen!.headers[name]).toBeUndefined()
  })

  test("307 keeps method and body, and the same server keeps credentials", async () => {
    fixture.one.handler = redirectTo("/again", 307)
    const headers = [["authorization", "Bearer secret"]]

    await fetched(fixture.allowed(), asked(urlOf(fixture.one, "/start"), { method: "PUT", headers }), "body")

    expect(fixture.one.seen[1]).toMatchObject({
      method: "PUT",
      url: "/again",
      body: "body",
      headers: { authorization: "Bearer secret" },
    })
  })

  test("they may be given as they are, or be an error; and there is a limit", async () => {
    fixture.one.handler = redirectTo("/start")

    const manual = await fetched(fixture.allowed(), asked(urlOf(fixture.one, "/start"), { redirect: "manual" }))
    expect(manual.head).toMatchObject({ status: 302, redirected: false })
    expect((await fixture.allowed().refusal(asked(urlOf(fixture.one, "/start"), { redirect: "error" }))).code).toBe(
      "FETCH_FAILED",
    )
    fixture.one.seen.length = 0
    const endless = await fixture.allowed().refusal(asked(urlOf(fixture.one, "/start")))
    expect(endless).toMatchObject({
      code: "FETCH_FAILED",
      message: expect.stringContaining("more than 5 times") as string,
    })
    expect(fixture.one.seen).toHaveLength(6)
  })

  test("one from outside does not lead into the server itself", async () => {
    fixture.host.ownUrl = urlOf(fixture.two, "")
    fixture.one.handler = redirectTo(urlOf(fixture.two, "/api/collections/users"))

    const { text } = await fetched(fixture.allowed(), asked(urlOf(fixture.one, "/start")))

    // Over the network, as anybody: the manifest names the address.
    expect(text).toBe("hello")
    expect(fixture.host.dispatched).toEqual([])
  })
})
