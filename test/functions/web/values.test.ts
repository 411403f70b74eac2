import { describe, expect, test } from "vitest"

import { runInGuest, runInNode, snippetLines } from "./web-snippets.ts"

describe("values, events and streams in functions", () => {
  for (const [name, table] of Object.entries(tables()))
    test(`${name} as in Node`, async () => {
      const snippets = snippetLines(table)

      const { shown } = await runInGuest(snippets)

      expect(shown).toEqual(await runInNode({ snippets }))
    })

  test("what a listener throws is a line of the log, and the others are told", async () => {
    const { shown, logs } = await runInGuest([
      `const t = new EventTarget(); let n = 0; t.addEventListener("a", () => { throw new Error("no") }); t.addEventListener("a", () => n++); t.dispatchEvent(new Event("a")); return n`,
    ])

    expect(shown[0]).toMatch(/→ {2}1$/)
    expect(logs[0]).toMatchObject({ level: "error", message: expect.stringContaining("Uncaught Error: no") })
  })

  test("the time that a signal waits is that of the host", async () => {
    const snippets = [
      `const s = AbortSignal.timeout(5); await new Promise((r) => s.addEventListener("abort", r)); return [s.reason.name, s.aborted]`,
      `performance.now() > 0 && Math.abs(performance.timeOrigin + performance.now() - Date.now()) < 50`,
      `const a = performance.mark("a"); const m = performance.measure("m", "a"); return [a.entryType, m.duration >= 0, performance.getEntriesByName("m").length]`,
    ]

    const { shown } = await runInGuest(snippets)

    expect(shown).toEqual(await runInNode({ snippets }))
  })
})

function tables(): Record<string, string> {
  return {
    "structured clones": clones,
    "events and signals": events,
    "channels of messages": channels,
    streams,
    "what is global": globals,
  }
}

const clones = String.raw`
structuredClone({ a: 1, b: [undefined, null, -0, NaN, 10n, "x"], c: new Date(5) })
structuredClone(new Map([[{ k: 1 }, new Set([1, "2"])]]))
const a = { n: 1 }; a.self = a; const c = structuredClone(a); return [c.self === c, c !== a]
const shared = { x: 1 }; const c = structuredClone([shared, shared]); return c[0] === c[1]
structuredClone(/a+/gi)
const r = /a/g; r.lastIndex = 3; return structuredClone(r).lastIndex
const b = new Uint8Array([1, 2, 3, 4]).subarray(1, 3); const c = structuredClone(b); return [c, c.buffer.byteLength, c.byteOffset]
const buffer = new ArrayBuffer(8); const c = structuredClone({ a: new Uint8Array(buffer), b: new DataView(buffer, 2) }); return [c.a.buffer === c.b.buffer, c.b.byteOffset]
const b = new ArrayBuffer(4); const c = structuredClone(b, { transfer: [b] }); return [b.byteLength, c.byteLength]
structuredClone(new BigInt64Array([1n]))
structuredClone(new Float64Array([1.5]))
const e = structuredClone(new TypeError("no", { cause: 5 })); return [e instanceof TypeError, e.message, e.name, e.cause]
class X extends Error { name = "X"; extra = 1 }; const e = structuredClone(new X("m")); return [e.name, e.message, e.extra, Object.getPrototypeOf(e) === Error.prototype]
class P { a = 1; #b = 2; get c() { return 3 } }; const c = structuredClone(new P()); return [c, Object.getPrototypeOf(c) === Object.prototype]
structuredClone({ get a() { return 1 } })
structuredClone([1, , 3]).length
1 in structuredClone([1, , 3])
const a = [1]; a.x = 2; return structuredClone(a).x
structuredClone(Object(1n)) instanceof BigInt
[structuredClone(Object("s")).length, structuredClone(new Boolean(false)).valueOf()]
try { structuredClone(() => 1) } catch (e) { return [e.name, e.code, e instanceof DOMException] }
structuredClone({ a: { b: Symbol("x") } })
structuredClone(new WeakMap())
structuredClone(Promise.resolve())
structuredClone()
structuredClone({ [Symbol("a")]: 1, b: 2 })
structuredClone(Object.create({ inherited: 1 }))
structuredClone(Object.defineProperty({}, "hidden", { value: 1 }))
const o = Object.create(null); o.a = 1; return structuredClone(o)
structuredClone({ ["__proto__"]: 1 })
structuredClone(1, { transfer: [{}] })
`

const events = String.raw`
const t = new EventTarget(); const seen = []; t.addEventListener("a", (e) => seen.push(e.type, e.target === t, e.currentTarget === t, e.eventPhase)); t.dispatchEvent(new Event("a")); return seen
const t = new EventTarget(); let n = 0; const f = () => n++; t.addEventListener("a", f); t.addEventListener("a", f); t.addEventListener("a", f, true); t.dispatchEvent(new Event("a")); return n
const t = new EventTarget(); let n = 0; t.addEventListener("a", () => n++, { once: true }); t.dispatchEvent(new Event("a")); t.dispatchEvent(new Event("a")); return n
const t = new EventTarget(); t.addEventListener("a", (e) => e.preventDefault()); return [t.dispatchEvent(new Event("a")), t.dispatchEvent(new Event("a", { cancelable: true }))]
const t = new EventTarget(); t.addEventListener("a", (e) => e.preventDefault(), { passive: true }); return t.dispatchEvent(new Event("a", { cancelable: true }))
const t = new EventTarget(); const seen = []; t.addEventListener("a", (e) => { seen.push(1); e.stopImmediatePropagation() }); t.addEventListener("a", () => seen.push(2)); t.dispatchEvent(new Event("a")); return seen
const t = new EventTarget(); const o = { handleEvent(e) { this.got = e.type } }; t.addEventListener("a", o); t.dispatchEvent(new Event("a")); return o.got
const t = new EventTarget(); const c = new AbortController(); let n = 0; t.addEventListener("a", () => n++, { signal: c.signal }); c.abort(); t.dispatchEvent(new Event("a")); return n
const t = new EventTarget(); const seen = []; t.addEventListener("a", () => { seen.push(1); t.addEventListener("a", () => seen.push(2)) }); t.dispatchEvent(new Event("a")); return seen
new CustomEvent("x", { detail: { a: 1 } }).detail
new CustomEvent("x").detail
[new Event("x").bubbles, new Event("x", { bubbles: true }).bubbles, Event.AT_TARGET, new Event("x").isTrusted]
new Event()
new EventTarget().dispatchEvent({})
class T extends EventTarget { hi() { return this.dispatchEvent(new Event("x")) } }; return new T().hi()
const c = new AbortController(); return [c.signal.aborted, c.signal.reason]
const c = new AbortController(); c.abort(); return [c.signal.aborted, c.signal.reason.name, c.signal.reason.code]
const c = new AbortController(); c.abort("why"); c.abort("again"); return c.signal.reason
const c = new AbortController(); let n = 0; c.signal.onabort = () => n++; c.signal.onabort = (e) => { n += 10 }; c.abort(); c.abort(); return [n, typeof c.signal.onabort]
const c = new AbortController(); c.signal.onabort = () => 1; c.signal.onabort = null; return c.signal.onabort
try { AbortSignal.abort(new Error("x")).throwIfAborted() } catch (e) { return e.message }
AbortSignal.abort().reason.name
const a = new AbortController(); const b = new AbortController(); const s = AbortSignal.any([a.signal, b.signal]); b.abort(7); return [s.aborted, s.reason]
const a = new AbortController(); const s = AbortSignal.any([AbortSignal.any([a.signal])]); const seen = []; s.addEventListener("abort", () => seen.push("s")); a.signal.addEventListener("abort", () => seen.push("a")); a.abort(); return seen
AbortSignal.any([AbortSignal.abort(3), AbortSignal.abort(4)]).reason
new AbortSignal()
new DOMException("m", "AbortError").code
[new DOMException("m").name, new DOMException("m", "NotFoundError").code, DOMException.ABORT_ERR]
new DOMException("m", "X") instanceof Error
`

const channels = String.raw`
const { port1, port2 } = new MessageChannel(); const got = await new Promise((r) => { port1.onmessage = (e) => r(e.data); port2.postMessage({ a: new Map([[1, 2]]) }) }); port1.close(); return got
const { port1, port2 } = new MessageChannel(); const seen = ["before"]; const done = new Promise((r) => { port1.onmessage = (e) => { seen.push(e.data); if (e.data === 2) r() } }); port2.postMessage(1); port2.postMessage(2); seen.push("after"); await done; port1.close(); return seen
const { port1, port2 } = new MessageChannel(); port2.postMessage("early"); await new Promise((r) => setTimeout(r, 2)); const got = await new Promise((r) => { port1.onmessage = (e) => r(e.data) }); port1.close(); return got
const { port1, port2 } = new MessageChannel(); const got = new Promise((r) => port1.addEventListener("message", (e) => r([e.type, e.data, e instanceof MessageEvent]))); port1.start(); port2.postMessage(null); const x = await got; port1.close(); return x
const { port1, port2 } = new MessageChannel(); const b = new ArrayBuffer(3); const got = new Promise((r) => { port1.onmessage = (e) => r(e.data.byteLength) }); port2.postMessage(b, [b]); const x = [await got, b.byteLength]; port1.close(); return x
try { new MessageChannel().port1.postMessage(() => 1) } catch (e) { return e.name }
new MessagePort()
`

const streams = String.raw`
const s = new ReadableStream({ start(c) { c.enqueue(1); c.enqueue(2); c.close() } }); const all = []; for await (const x of s) all.push(x); return all
const r = new ReadableStream({ start(c) { c.close() } }).getReader(); return [await r.read(), await r.closed]
const s = new ReadableStream({ start(c) { c.error(new RangeError("x")) } }); return s.getReader().read()
let n = 0; const s = new ReadableStream({ pull(c) { n++; c.enqueue(n); if (n === 3) c.close() } }); const all = []; for await (const x of s) all.push(x); return [all, n]
let n = 0; new ReadableStream({ pull(c) { n++; c.enqueue(n) } }, { highWaterMark: 3 }); await 0; await 0; await 0; await new Promise((r) => setTimeout(r, 1)); return n
let n = 0; new ReadableStream({ pull(c) { n++ } }, { highWaterMark: 0 }); await new Promise((r) => setTimeout(r, 1)); return n
const s = new ReadableStream(); s.getReader(); return [s.locked, (() => { try { s.getReader() } catch (e) { return e.name } })()]
const s = new ReadableStream(); const r = s.getReader(); const p = r.read(); r.releaseLock(); return [s.locked, await p.catch((e) => e.name), await r.closed.catch((e) => e.name)]
let why; const s = new ReadableStream({ cancel(r) { why = r } }); await s.cancel("because"); return [why, await s.getReader().read()]
const s = new ReadableStream(); s.getReader(); return s.cancel()
let cancelled; const s = new ReadableStream({ pull(c) { c.enqueue(1) }, cancel(r) { cancelled = true } }); for await (const x of s) break; return [cancelled, s.locked]
const s = new ReadableStream({ pull(c) { c.enqueue(1) } }); for await (const x of s.values({ preventCancel: true })) break; return (await s.getReader().read()).value
const [a, b] = new ReadableStream({ start(c) { c.enqueue("x"); c.enqueue("y"); c.close() } }).tee(); const all = []; for await (const x of b) all.push(x); for await (const x of a) all.push(x); return all
const [a, b] = new ReadableStream({ start(c) { c.error("bad") } }).tee(); return Promise.all([a.getReader().read().catch((e) => e), b.getReader().read().catch((e) => e)])
const all = []; for await (const x of ReadableStream.from([1, 2, Promise.resolve(3)])) all.push(x); return all
const all = []; for await (const x of ReadableStream.from((async function* () { yield 1; yield 2 })())) all.push(x); return all
ReadableStream.from(5)
const got = []; await new ReadableStream({ start(c) { c.enqueue(1); c.enqueue(2); c.close() } }).pipeTo(new WritableStream({ write(x) { got.push(x) }, close() { got.push("end") } })); return got
let why; await new ReadableStream({ start(c) { c.error("bad") } }).pipeTo(new WritableStream({ abort(r) { why = r } })).catch((e) => e); return why
let why; const e = await new ReadableStream({ pull(c) { c.enqueue(1) }, cancel(r) { why = r } }).pipeTo(new WritableStream({ write() { throw "sink" } })).catch((e) => e); return [e, why]
const c = new AbortController(); const p = new ReadableStream().pipeTo(new WritableStream(), { signal: c.signal }); c.abort("stop"); return p.catch((e) => e)
const t = new TransformStream({ transform(x, c) { c.enqueue(x * 2); c.enqueue("|") }, flush(c) { c.enqueue("end") } }); const all = []; for await (const x of ReadableStream.from([1, 2]).pipeThrough(t)) all.push(x); return all
const t = new TransformStream(); const w = t.writable.getWriter(); const r = t.readable.getReader(); const p = w.write("a"); const got = await r.read(); await p; w.close(); return [got, await r.read()]
const t = new TransformStream({ transform() { throw new RangeError("t") } }); const w = t.writable.getWriter(); const r = t.readable.getReader(); w.write(1).catch(() => 0); return r.read()
const t = new TransformStream({ transform(x, c) { c.enqueue(x); c.terminate() } }); const all = []; ReadableStream.from([1, 2, 3]).pipeTo(t.writable).catch(() => 0); for await (const x of t.readable) all.push(x); return all
const w = new WritableStream({ write(x) { if (x === 2) throw new RangeError("w") } }).getWriter(); await w.write(1); const e = await w.write(2).catch((e) => e.name); return [e, await w.write(3).catch((e) => e.name), await w.closed.catch((e) => e.name)]
const w = new WritableStream({}, { highWaterMark: 2 }).getWriter(); const before = w.desiredSize; w.write(1); return [before, w.desiredSize]
const w = new WritableStream().getWriter(); await w.close(); return [await w.closed, await w.write(1).catch((e) => e.name)]
let why; const s = new WritableStream({ abort(r) { why = r } }); await s.abort("x"); return [why, await s.getWriter().closed.catch((e) => e)]
const all = []; for await (const x of ReadableStream.from(["a\ud83d", "\ude00b"]).pipeThrough(new TextEncoderStream()).pipeThrough(new TextDecoderStream())) all.push(x); return all.join("")
const c = new ByteLengthQueuingStrategy({ highWaterMark: 5 }); return [c.highWaterMark, c.size(new Uint8Array(3)), new CountQueuingStrategy({ highWaterMark: 1 }).size()]
new ReadableStream({}, { highWaterMark: -1 })
const s = new ReadableStream({ start(c) { c.enqueue(1) } }); const c2 = []; s.getReader().read().then((x) => c2.push(x.value)); await 0; await 0; await 0; await 0; return c2
`

const globals = String.raw`
["URL", "fetch", "Headers", "crypto", "console", "performance", "structuredClone", "AbortSignal", "Blob"].map((name) => { const d = Object.getOwnPropertyDescriptor(globalThis, name); return d.configurable })
Object.prototype.toString.call(new Headers())
Object.prototype.toString.call(new AbortController().signal)
Object.prototype.toString.call(crypto)
Object.prototype.toString.call(new Blob())
Object.prototype.toString.call(new Response())
URL.name + URLSearchParams.name + TextDecoder.name + ReadableStream.name + Event.name + AbortSignal.name + CryptoKey.name + File.name + Request.name
typeof queueMicrotask
await new Promise((r) => queueMicrotask(() => r("ran")))
`
