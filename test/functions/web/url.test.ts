import { describe, expect, test } from "vitest"

import { urlInputs } from "./url-inputs.ts"
import { runInGuest, runInNode, snippetLines } from "./web-snippets.ts"

const parts = [
  "href",
  "origin",
  "protocol",
  "username",
  "password",
  "host",
  "hostname",
  "port",
  "pathname",
  "search",
  "hash",
]

describe("URL in functions", () => {
  test("addresses are taken apart as Node does it", async () => {
    const snippets = urlInputs.map(([input, base]) => {
      const made = base === undefined ? JSON.stringify(input) : `${JSON.stringify(input)}, ${JSON.stringify(base)}`
      return `const url = new URL(${made}); return ${JSON.stringify(parts)}.map((part) => url[part])`
    })

    const { shown } = await runInGuest(snippets)

    expect(shown).toEqual(await runInNode({ snippets }))
    expect(shown.length).toBeGreaterThan(250)
  })

  test("names that decode to nothing are refused, as the standard says and Node does not", async () => {
    const { shown } = await runInGuest([`URL.canParse("https://xn--/")`, `URL.canParse("http://a.b.c.xn--pokxncvks")`])

    expect(shown.map((line) => line.endsWith("→  false"))).toEqual([true, true])
  })

  test("parts are changed, and what does not fit changes nothing, as in Node", async () => {
    const snippets = changes.map(
      ([url, part, value]) =>
        `const url = new URL(${JSON.stringify(url)}); url[${JSON.stringify(part)}] = ${JSON.stringify(value)}; return url.href`,
    )

    const { shown } = await runInGuest(snippets)

    expect(shown).toEqual(await runInNode({ snippets }))
  })

  test("URLSearchParams and the URL that it belongs to are as in Node", async () => {
    const snippets = snippetLines(searchParams)

    const { shown } = await runInGuest(snippets)

    expect(shown).toEqual(await runInNode({ snippets }))
  })

  test("URLPattern finds what Node's finds", async () => {
    const snippets = snippetLines(patterns)

    const { shown } = await runInGuest(snippets)

    expect(shown).toEqual(await runInNode({ snippets }))
  })
})

const changes: readonly (readonly [url: string, part: string, value: string])[] = [
  ["http://example.com/a?b#c", "protocol", "https"],
  ["http://example.com/a?b#c", "protocol", "https:more"],
  ["http://example.com/", "protocol", "mailto"],
  ["http://example.com/", "protocol", "h\u00e4"],
  ["mailto:me@example.com", "protocol", "http"],
  ["http://me:pw@example.com/", "protocol", "file"],
  ["https://example.com:443/", "protocol", "http"],
  ["https://example.com:80/", "protocol", "http"],
  ["file:///x", "protocol", "http"],
  ["foo://host/p", "protocol", "bar"],
  ["http://example.com/", "username", "a b:c@d"],
  ["mailto:a", "username", "b"],
  ["file:///x", "username", "b"],
  ["http://example.com/", "password", "p\u00e4/?#"],
  ["http://me:pw@example.com/", "password", ""],
  ["http://example.com:8080/", "host", "other.org"],
  ["http://example.com:8080/", "host", "other.org:81"],
  ["http://example.com:8080/", "host", "other.org:81abc/def"],
  ["http://example.com:8080/", "host", "other.org:x"],
  ["http://example.com:8080/", "host", ""],
  ["http://example.com:8080/", "host", ":90"],
  ["http://example.com:8080/", "host", "[::1]:90"],
  ["http://example.com:8080/", "host", "a b"],
  ["foo://example.com:8080/", "host", ""],
  ["foo://example.com/", "host", ""],
  ["mailto:a", "host", "b"],
  ["file:///x", "host", "localhost"],
  ["file:///x", "host", "server"],
  ["http://example.com:8080/", "hostname", "other.org:81"],
  ["http://example.com:8080/", "hostname", "other.org/x"],
  ["http://example.com:8080/", "hostname", "B\u00fccher.example"],
  ["http://example.com:8080/", "hostname", "0x7f.1"],
  ["http://example.com/", "port", "90"],
  ["http://example.com/", "port", "80"],
  ["http://example.com:90/", "port", ""],
  ["http://example.com:90/", "port", "91x"],
  ["http://example.com:90/", "port", "x91"],
  ["http://example.com:90/", "port", "65536"],
  ["http://example.com:90/", "port", "\t92"],
  ["file:///x", "port", "90"],
  ["http://example.com/a/b", "pathname", "c/../d e"],
  ["http://example.com/a/b", "pathname", ""],
  ["http://example.com/a/b", "pathname", "\\x\\y"],
  ["http://example.com/a/b", "pathname", "?q#f"],
  ["foo://host/a", "pathname", ""],
  ["foo:/a", "pathname", "//b"],
  ["mailto:a", "pathname", "b"],
  ["file:///C:/x", "pathname", "/.."],
  ["http://example.com/?a", "search", "?b=c d'"],
  ["http://example.com/?a", "search", "b#c"],
  ["http://example.com/?a", "search", ""],
  ["foo:bar?a", "search", "'"],
  ["http://example.com/#a", "hash", "#b `c"],
  ["http://example.com/#a", "hash", ""],
  ["http://example.com/#a", "hash", "##"],
  ["http://example.com/", "href", "https://other.org/x"],
]

const searchParams = String.raw`
String(new URLSearchParams("?a=1&b=2&a=3"))
[...new URLSearchParams("a=b=c&&d&=e&%zz=%41+%2B")]
String(new URLSearchParams({ "ä ": "*-._~'()", "": "" }))
String(new URLSearchParams([["a", "1"], ["a", "2"]]))
String(new URLSearchParams(new Map([["x", "y"]])))
String(new URLSearchParams(new URLSearchParams("q=1")))
new URLSearchParams([["a"]])
new URLSearchParams([1])
String(new URLSearchParams(undefined))
String(new URLSearchParams(null))
String(new URLSearchParams("\ud800=1"))
const p = new URLSearchParams("a=1&b=2&a=3"); p.delete("a", "3"); p.append("é", "€"); return String(p)
const p = new URLSearchParams("a=1&b=2&a=3"); p.set("a", "9"); p.set("z", 1); return [String(p), p.size, p.get("a"), p.get("q"), p.getAll("a"), p.has("b"), p.has("b", "3")]
const p = new URLSearchParams("z=1&é=2&a=3&a=2&🌈=1&ﬃ=1"); p.sort(); return String(p)
const p = new URLSearchParams("a=1&b=2"); return [[...p.keys()], [...p.values()], [...p.entries()]]
const seen = []; new URLSearchParams("a=1&b=2").forEach(function (v, k, all) { seen.push([v, k, all.size, this.x]) }, { x: 1 }); return seen
new URLSearchParams("a").get()
new URLSearchParams("a").append("b")
const u = new URL("http://a/?x=1 2"); u.searchParams.append("y", "z&="); return [u.href, u.search]
const u = new URL("http://a/?x=1"); const p = u.searchParams; u.search = "?q=2"; return [String(p), p === u.searchParams]
const u = new URL("http://a/?x=1"); u.searchParams.delete("x"); return u.href
const u = new URL("http://a/?x=1"); const p = u.searchParams; u.href = "http://b/?c=d"; return [...p]
JSON.stringify({ u: new URL("http://a/b") })
URL.canParse("x", "http://y")
URL.canParse("x")
URL.parse("nope")
URL.parse("a", "http://b/c").href
URL("http://x")
new URL()
try { new URL("/relative") } catch (e) { return [e instanceof TypeError, e.code] }
Object.prototype.toString.call(new URL("http://a"))
const keys = []; for (const key in new URL("http://a")) keys.push(key); return keys.sort()
`

const patterns = String.raw`
new URLPattern({ pathname: "/books/:id" }).exec("https://x.org/books/12").pathname.groups.id
new URLPattern({ pathname: "/books/:id(\\d+)" }).test("https://x.org/books/a")
new URLPattern({ pathname: "/files/*" }).exec("https://x.org/files/a/b").pathname.groups[0]
new URLPattern("https://*.example.com/:path").test("https://a.example.com/b")
new URLPattern("/a/:b?", "https://x.org").test("https://x.org/a")
new URLPattern({ hostname: ":sub.example.com" }).exec({ hostname: "w.example.com" }).hostname.groups.sub
new URLPattern({ search: "q=:q" }).test("https://a/?q=1")
new URLPattern({ pathname: "/(" })
`
