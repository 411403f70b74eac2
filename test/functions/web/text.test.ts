import { describe, expect, test } from "vitest"

import { Dice } from "../../helpers/dice.ts"
import { runInGuest, runInNode, snippetLines } from "./web-snippets.ts"

describe("text in functions", () => {
  test("encoders, decoders, base64 and normal forms are as in Node", async () => {
    const snippets = snippetLines(encodings)

    const { shown } = await runInGuest(snippets)

    expect(shown).toEqual(await runInNode({ snippets }))
  })

  test("random bytes, whole and in pieces, are decoded as Node decodes them", async () => {
    const seed = Date.now() % 1_000_000
    const random = new Dice(seed)
    const samples = Array.from({ length: 60 }, () => randomBytes(random))
    const snippets = samples.flatMap((bytes) => {
      const made = `new Uint8Array(${JSON.stringify(bytes)})`
      const cut = Math.floor(bytes.length / 2)
      return [
        `new TextDecoder().decode(${made})`,
        `new TextDecoder("utf-8", { fatal: true }).decode(${made})`,
        `new TextDecoder("utf-16le").decode(${made})`,
        `new TextDecoder("latin1").decode(${made})`,
        `const d = new TextDecoder(); const b = ${made}; return [d.decode(b.subarray(0, ${cut}), { stream: true }), d.decode(b.subarray(${cut}), { stream: true }), d.decode()]`,
      ]
    })

    const { shown } = await runInGuest(snippets)

    expect(shown, `seed ${seed}`).toEqual(await runInNode({ snippets }))
  })

  test("an encoding that is not there is refused with those that are", async () => {
    const { shown } = await runInGuest([
      `try { new TextDecoder("shift_jis") } catch (e) { return [e.name, e.message] }`,
    ])

    expect(shown[0]).toContain(
      `["RangeError", "The encoding \\"shift_jis\\" is not known here: utf-8, utf-16le, utf-16be and windows-1252 (latin1) are."]`,
    )
  })
})

/** Bytes that are often nearly UTF-8. */
function randomBytes(random: Dice): number[] {
  const pieces = [
    [0x41],
    [0xc3, 0xa9],
    [0xe2, 0x82, 0xac],
    [0xf0, 0x9f, 0x98, 0x80],
    [0xed, 0xa0, 0x80],
    [0xc0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xef, 0xbb, 0xbf],
    [0xff],
  ]
  return Array.from({ length: 1 + random.below(8) }, () => {
    const piece = random.pick(pieces)
    return random.below(3) === 0 ? piece.slice(0, 1 + random.below(piece.length)) : piece
  }).flat()
}

const encodings = String.raw`
new TextEncoder().encode("aé€😀\ud800x\udc00")
new TextEncoder().encode()
new TextEncoder().encode(12)
new TextEncoder().encoding
const b = new Uint8Array(5); const r = new TextEncoder().encodeInto("é€😀", b); return [r, b]
const b = new Uint8Array(2); const r = new TextEncoder().encodeInto("\ud800a", b); return [r, b]
new TextEncoder().encodeInto("a", [])
new TextDecoder().decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))
new TextDecoder("utf-8", { ignoreBOM: true }).decode(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))
new TextDecoder().decode()
new TextDecoder().decode("a")
new TextDecoder().decode(new Uint16Array([0x6161]).buffer)
new TextDecoder().decode(new DataView(new Uint8Array([97, 98, 99]).buffer, 1))
new TextDecoder(" UTF8 ").encoding
new TextDecoder("ucs-2").encoding
new TextDecoder("nope")
new TextDecoder("utf-16be").decode(new Uint8Array([0, 97, 0xd8, 0x3d, 0xde, 0]))
new TextDecoder("utf-16le", { fatal: true }).decode(new Uint8Array([0, 0xd8]))
new TextDecoder("utf-16le").decode(new Uint8Array([0xff, 0xfe, 97, 0, 98]))
const d = new TextDecoder("utf-16le"); return [d.decode(new Uint8Array([61]), { stream: true }), d.decode(new Uint8Array([0xd8, 0, 0xde]), { stream: true }), d.decode()]
const d = new TextDecoder("utf-8", { fatal: true }); try { d.decode(new Uint8Array([255])) } catch (e) { return [e.name, e.code, d.decode(new Uint8Array([97]))] }
const all = new Uint8Array(256).map((_, i) => i); return [new TextDecoder("latin1").decode(all), new TextDecoder("ascii").encoding]
btoa("abcd\xff")
btoa("€")
atob(" YWJj\n")
atob("YQ=")
atob("YQ")
btoa(atob("gIH/"))
"A\u030a".normalize()
"ﬃ".normalize("NFKC")
"ß".toUpperCase()
"İ".toLowerCase()
encodeURIComponent("ä/?")
escape("ä€")
"\ud800".isWellFormed()
/\p{Script=Greek}/u.test("α")
[..."👨‍👩‍👧"].length
`
