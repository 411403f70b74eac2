import { describe, expect, test } from "vitest"

import { runInGuest, runInNode, snippetLines } from "./web-snippets.ts"

describe("requests, answers and what they carry, in functions", () => {
  for (const [name, table] of Object.entries(tables()))
    test(`${name} as in Node`, async () => {
      const snippets = snippetLines(table)

      const { shown } = await runInGuest(snippets)

      expect(shown).toEqual(await runInNode({ snippets }))
    })

  test("a form that the function writes is read by Node, and the other way round", async () => {
    const bytes = [0, 13, 10, 45, 45, 255, 254, 10]
    const snippet = `
      const form = new FormData()
      form.append("text", "line\\nä€")
      form.append("text", "")
      form.append('odd "name"\\r\\n', "x")
      form.append("file", new File([new Uint8Array(${JSON.stringify(bytes)})], 'fi"le.bin', { type: "image/png" }))
      form.append("blob", new Blob(["--"]), "n.txt")
      const r = new Response(form)
      return [r.headers.get("content-type"), [...await r.bytes()]]`
    const reading = `
      const form = await new Response(new Uint8Array(body), { headers: { "content-type": type } }).formData()
      const all = []
      for (const [name, value] of form) all.push([name, typeof value === "string" ? value : [value.name, value.type, [...await value.bytes()]]])
      return all`
    const [fromGuest] = (await runInGuest([snippet])).shown
    const [fromNode] = await runInNode({ snippets: [snippet] })

    const inNode = await runInNode({ snippets: [reading], scope: scopeOf(fromGuest) })
    const inGuest = (await runInGuest([reading], scopeOf(fromNode))).shown

    expect(inNode).toEqual(inGuest)
    expect(inGuest[0]).toContain(`["file", ["fi\\"le.bin", "image/png", [${bytes.join(", ")}]]]`)
  })

  test("a body without end is refused at the size of a frame", async () => {
    const { shown } = await runInGuest([
      `let n = 0; const s = new ReadableStream({ pull(c) { n++; c.enqueue(new Uint8Array(1024 * 1024)) } }); try { await new Response(s).arrayBuffer() } catch (e) { return [e.name, e.message, n < 20] }`,
      `new Response(new ReadableStream({ start(c) { c.enqueue("text"); c.close() } })).text()`,
    ])

    expect(shown[0]).toMatch(/→ {2}\["RangeError", "A body is at most 16 MB\.", true\]$/)
    expect(shown[1]).toMatch(/throws TypeError$/)
  })
})

/** Takes the type and the bytes out of what a snippet shows. */
function scopeOf(shown: string | undefined): Record<string, unknown> {
  const [, type, body] = /→ {2}\["([^"]*)", \[([\d, ]*)\]\]$/s.exec(shown ?? "") ?? []
  return { type, body: (body ?? "").split(", ").map(Number) }
}

function tables(): Record<string, string> {
  return { headers, "blobs and forms": blobs, requests, answers }
}

const headers = String.raw`
[...new Headers({ B: "2", a: "1" })]
[...new Headers([["a", "1"], ["A", "2"], ["set-cookie", "x"], ["Set-Cookie", "y"]])]
new Headers(new Map([["a", "b"]])).get("A")
new Headers(new Headers({ a: "1" })).get("a")
const h = new Headers(); h.append("a", " 1\t"); h.append("a", "2"); return [h.get("a"), h.has("A"), h.has("b"), h.get("b")]
const h = new Headers({ a: "1" }); h.set("A", "2"); h.delete("b"); h.delete("a"); return [...h]
new Headers({ "a b": "1" })
new Headers({ "": "1" })
new Headers({ a: "1\n2" })
new Headers({ a: "€" })
new Headers({ a: "é" }).get("a")
new Headers([["a"]])
new Headers("a")
new Headers(null)
new Headers({ a: undefined }).get("a")
new Headers({ a: 1 }).get("a")
const h = new Headers([["set-cookie", "a=1"], ["set-cookie", "b=2"]]); return [h.getSetCookie(), h.get("set-cookie"), new Headers().getSetCookie()]
const seen = []; new Headers({ b: "1", a: "2" }).forEach((v, k) => seen.push(k + v)); return seen
[[...new Headers({ a: "1" }).keys()], [...new Headers({ a: "1" }).values()]]
Object.fromEntries(new Headers({ a: "1" }))
`

const blobs = String.raw`
const b = new Blob(["a€", new Uint8Array([66]), new Blob(["c"]), 5, { x: 1 }], { type: "Text/Plain" }); return [b.size, b.type, await b.text()]
const b = new Blob(["abcdef"]).slice(1, -2, "x/y"); return [await b.text(), b.type, b.size]
[await new Blob(["abc"]).slice(-2).text(), await new Blob(["abc"]).slice(2, 1).text()]
new Blob(["a"]).arrayBuffer()
new Blob(["é"]).bytes()
const all = []; for await (const x of new Blob(["ab"]).stream()) all.push(...x); return all
new Blob("abc")
new Blob([], { type: "é" }).type
const f = new File(["x"], "a.txt", { type: "text/plain", lastModified: 5 }); return [f.name, f.type, f.size, f.lastModified, f instanceof Blob]
new File(["x"])
const f = new FormData(); f.append("a", 1); f.append("a", new Blob(["x"])); f.set("b", "2"); f.append("c", new Blob(["y"]), "n"); return [f.get("a"), f.getAll("a").length, f.get("a") === "1", f.get("c").name, f.getAll("a")[1].name, f.has("z"), f.get("z")]
const f = new FormData(); f.append("a", "1"); f.append("b", "2"); f.append("a", "3"); f.set("a", "4"); return [...f]
const f = new FormData(); f.append("a", "1"); f.delete("a"); return [...f.keys()]
new FormData().append("a", "b", "c")
new FormData().append("a")
new FormData("x")
new Response(new URLSearchParams("a=1&b=%20+")).formData().then((f) => [...f])
new Response("a=1", { headers: { "content-type": "text/plain" } }).formData()
new Response("nothing", { headers: { "content-type": "multipart/form-data; boundary=x" } }).formData()
new Response("--x\r\nContent-Disposition: form-data; name=a\r\n\r\nv\r\n--x--", { headers: { "content-type": "multipart/form-data; boundary=x" } }).formData().then((f) => [...f])
new Response("--x\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\nContent-Type: text/html\r\n\r\n\r\n--x--\r\n", { headers: { "content-type": "multipart/form-data; boundary=\"x\"" } }).formData().then((f) => [f.get("a").name, f.get("a").type, f.get("a").size])
new Response("--x\r\nContent-Disposition: form-data; name=a\r\n\r\nv", { headers: { "content-type": "multipart/form-data; boundary=x" } }).formData()
`

const requests = String.raw`
const r = new Request("http://a.b/c?d#e"); return [r.url, r.method, r.redirect, r.credentials, r.cache, r.mode, r.body, r.bodyUsed, r.duplex, r.keepalive, r.signal.aborted]
new Request("/relative")
new Request("http://me:pw@h/")
new Request(new URL("http://a/b")).url
new Request("http://a", { method: "post" }).method
new Request("http://a", { method: "x-Own" }).method
new Request("http://a", { method: "a b" })
new Request("http://a", { method: "TRACE" })
new Request("http://a", { body: "x" })
new Request("http://a", { method: "HEAD", body: "x" })
const r = new Request("http://a", { method: "POST", body: "é" }); return [r.headers.get("content-type"), await r.text(), r.bodyUsed]
new Request("http://a", { method: "POST", body: new Uint8Array([1]) }).headers.get("content-type")
new Request("http://a", { method: "POST", body: new Blob(["x"], { type: "a/b" }) }).headers.get("content-type")
new Request("http://a", { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } }).headers.get("content-type")
const r = new Request("http://a", { method: "POST", body: "x", headers: { a: "1" } }); const s = new Request(r, { headers: { b: "2" } }); return [s.method, [...s.headers], await s.text(), r.bodyUsed]
const r = new Request("http://a", { method: "POST", body: "x" }); const c = r.clone(); return [await r.text(), await c.text()]
const r = new Request("http://a", { method: "POST", body: "x" }); await r.text(); return r.clone()
const r = new Request("http://a", { method: "POST", body: "x" }); await r.text(); return r.text()
const r = new Request("http://a", { method: "POST", body: "x" }); r.body.getReader(); return r.text()
new Request("http://a", { redirect: "never" })
new Request("http://a", { signal: {} })
const c = new AbortController(); const r = new Request("http://a", { signal: c.signal }); c.abort(); return r.signal.aborted
new Request("http://a", { signal: null }).signal.aborted
new Request("http://a", { method: "POST", body: new ReadableStream({ start(c) { c.enqueue(new Uint8Array([65])); c.close() } }), duplex: "half" }).text()
new Request()
`

const answers = String.raw`
const r = new Response(); return [r.status, r.ok, r.statusText, r.type, r.url, r.redirected, r.body, [...r.headers]]
const r = new Response("é", { status: 404, statusText: "No", headers: { a: "1" } }); return [r.status, r.ok, r.statusText, [...r.headers], await r.text()]
new Response("x", { status: 204 })
new Response(null, { status: 204 }).status
new Response(null, { status: 99 })
new Response(null, { status: 600 })
new Response(null, { statusText: "a\nb" })
new Response('{"a":[1]}').json()
new Response("{").json()
new Response("\ufeff[1]").json()
new Response("\ufeffx").text()
new Response("ab").arrayBuffer()
new Response("ab").bytes()
const b = await new Response("ab", { headers: { "content-type": "X/Y" } }).blob(); return [b.size, b.type]
new Response(new Blob(["x"], { type: "a/b" })).headers.get("content-type")
const r = new Response("x"); await r.text(); return r.json()
const r = new Response("x"); await r.text(); return [r.bodyUsed, r.body.locked]
const r = new Response("x"); const c = r.clone(); return [await c.text(), await r.text()]
const s = new ReadableStream({ start(c) { c.enqueue(new Uint8Array([65, 66])); c.close() } }); const r = new Response(s); const c = r.clone(); return [await r.text(), await c.text()]
const all = []; for await (const x of new Response("abc").body) all.push(...x); return all
const reader = new Response("abc").body.getReader(); const first = await reader.read(); return [first.done, [...first.value], (await reader.read()).done]
const r = new Response("abc"); r.body.getReader(); return [r.bodyUsed, r.body.locked, await r.text().catch((e) => e.name)]
const r = Response.json({ a: 1 }, { status: 201 }); return [r.status, r.headers.get("content-type"), await r.text()]
Response.json({ a: 1 }, { headers: { "content-type": "x/y" } }).headers.get("content-type")
Response.json(undefined)
const r = Response.redirect("http://a/b", 301); return [r.status, r.headers.get("location")]
Response.redirect("http://a", 200)
Response.redirect("nope")
Response.redirect("http://a").headers.set("x", "y")
const r = Response.error(); return [r.type, r.status, r.ok]
new Response(new Uint8Array([1, 2]).subarray(1)).bytes()
new Response(undefined).body
new Response(5).text()
new Response({}).text()
new Response("").text()
const s = new ReadableStream({ start(c) { c.error(new RangeError("x")) } }); return new Response(s).text()
`
