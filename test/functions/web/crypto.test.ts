import { createHash, webcrypto } from "node:crypto"

import { describe, expect, test } from "vitest"

import { answerGuestCall } from "../../../src/daemon/functions/guest-crypto.ts"
import { runInGuest, runInNode, snippetLines } from "./web-snippets.ts"

const utf8 = new TextEncoder()

describe("crypto in functions", () => {
  test("digests, keys and their errors are as in Node", async () => {
    const snippets = snippetLines(operations)

    const { shown } = await runInGuest(snippets)

    expect(shown).toEqual(await runInNode({ snippets }))
  })

  test("values of the standards' own examples come out", async () => {
    const { shown } = await runInGuest(vectors.map(([snippet]) => snippet))

    expect(shown.map((line) => line.split("  →  ")[1])).toEqual(vectors.map(([, value]) => JSON.stringify(value)))
  })

  for (const [name, parameters, signing] of algorithms)
    test(`${name}: what a function signs Node verifies, and the other way round`, async () => {
      const data = "what is signed: é"
      const make = `
        const pair = await crypto.subtle.generateKey(${parameters}, true, ["sign", "verify"])
        const signature = await crypto.subtle.sign(${signing}, pair.privateKey, new TextEncoder().encode(data))
        const formats = { spki: await crypto.subtle.exportKey("spki", pair.publicKey), pkcs8: await crypto.subtle.exportKey("pkcs8", pair.privateKey), raw: await crypto.subtle.exportKey("raw", pair.publicKey) }
        const jwk = await crypto.subtle.exportKey("jwk", pair.privateKey)
        const hex = (bytes) => [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("")
        return JSON.stringify({ jwk, signature: hex(signature), spki: hex(formats.spki), pkcs8: hex(formats.pkcs8), raw: hex(formats.raw) })`
      const check = `
        const bytes = (hex) => Uint8Array.from(hex.match(/../g), (pair) => parseInt(pair, 16))
        const verify = (key) => crypto.subtle.verify(${signing}, key, bytes(made.signature), new TextEncoder().encode(data))
        const spki = await crypto.subtle.importKey("spki", bytes(made.spki), ${parameters}, true, ["verify"])
        const raw = await crypto.subtle.importKey("raw", bytes(made.raw), ${parameters}, true, ["verify"])
        const own = await crypto.subtle.importKey("pkcs8", bytes(made.pkcs8), ${parameters}, true, ["sign"])
        const jwk = await crypto.subtle.importKey("jwk", made.jwk, ${parameters}, true, ["sign"])
        const wrong = await crypto.subtle.verify(${signing}, spki, bytes(made.signature), new TextEncoder().encode("else"))
        const same = JSON.stringify(await crypto.subtle.exportKey("jwk", own)) === JSON.stringify(await crypto.subtle.exportKey("jwk", jwk))
        return [await verify(spki), await verify(raw), wrong, same, own.type, spki.type, spki.algorithm]`
      const fromGuest = madeBy((await runInGuest([make], { data })).shown[0])
      const fromNode = madeBy((await runInNode({ snippets: [make], scope: { data } }))[0])

      const inNode = await runInNode({ snippets: [check], scope: { data, made: fromGuest } })
      const inGuest = (await runInGuest([check], { data, made: fromNode })).shown

      expect(inNode[0]).toMatch(/→ {2}\[true, true, false, true, "private", "public", /)
      expect(inGuest).toEqual(inNode)
    })

  test("HMAC and AES-GCM: each reads what the other wrote", async () => {
    const work = `
      const raw = Uint8Array.from({ length: 32 }, (_, i) => i)
      const mac = await crypto.subtle.importKey("raw", raw, { name: "HMAC", hash: "SHA-512" }, false, ["sign", "verify"])
      const box = await crypto.subtle.importKey("raw", raw, "AES-GCM", false, ["encrypt", "decrypt"])
      const text = new TextEncoder().encode("secret é")
      const iv = new Uint8Array(12).fill(7)
      const more = new TextEncoder().encode("context")
      const closed = [
        await crypto.subtle.encrypt({ name: "AES-GCM", iv }, box, text),
        await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: more, tagLength: 96 }, box, text),
      ]
      const opened = await crypto.subtle.decrypt({ name: "aes-gcm", iv }, box, closed[0])
      const forged = new Uint8Array(closed[0]); forged[0] ^= 1
      const refused = await crypto.subtle.decrypt({ name: "AES-GCM", iv }, box, forged).catch((e) => e.name)
      const tag = await crypto.subtle.sign("HMAC", mac, text)
      return [closed, new TextDecoder().decode(opened), refused, tag, await crypto.subtle.verify("HMAC", mac, tag, text), await crypto.subtle.verify("HMAC", mac, tag.slice(1), text)]`

    const { shown } = await runInGuest([work])

    expect(shown).toEqual(await runInNode({ snippets: [work] }))
  })

  test("RSA signatures of others are verified", async () => {
    const pair = await webcrypto.subtle.generateKey(
      { name: "RSASSA-PKCS1-v1_5", modulusLength: 2048, publicExponent: Uint8Array.of(1, 0, 1), hash: "SHA-256" },
      true,
      ["sign", "verify"],
    )
    const signature = await webcrypto.subtle.sign("RSASSA-PKCS1-v1_5", pair.privateKey, utf8.encode("token"))
    const jwk = await webcrypto.subtle.exportKey("jwk", pair.publicKey)
    const { shown } = await runInGuest(
      [
        `const key = await crypto.subtle.importKey("jwk", jwk, { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }, false, ["verify"]); return [await crypto.subtle.verify("RSASSA-PKCS1-v1_5", key, new Uint8Array(signature), new TextEncoder().encode("token")), key.algorithm.modulusLength]`,
      ],
      { jwk, signature: [...new Uint8Array(signature)] },
    )

    expect(shown[0]).toMatch(/→ {2}\[true, 2048\]$/)
  })

  test("random values differ between calls, and are of the kind asked for", async () => {
    const snippets = [
      `[...crypto.getRandomValues(new Uint8Array(16))].join()`,
      `crypto.randomUUID()`,
      `const a = new Uint32Array(4); return [crypto.getRandomValues(a) === a, a.some((n) => n > 255)]`,
      `crypto.getRandomValues(new Float32Array(1))`,
      `crypto.getRandomValues(new Uint8Array(65537))`,
    ]

    const [first, second] = [await runInGuest(snippets), await runInGuest(snippets)]

    expect(first.shown[0]).not.toEqual(second.shown[0])
    expect(first.shown[1]).toMatch(/"[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}"$/)
    expect(first.shown.slice(2)).toEqual((await runInNode({ snippets })).slice(2))
  })
})

describe("the host's half of a function's crypto", () => {
  test("whatever a guest sends is answered, and an error quotes nothing of it", () => {
    for (const operation of nonsense) {
      const { value } = answerGuestCall(operation as never, utf8.encode("tell-nobody words"))

      expect(value).toMatchObject({ failed: { name: expect.stringMatching(/Error$/), message: expect.any(String) } })
      expect(JSON.stringify(value)).not.toContain("tell-nobody")
    }
  })

  test("a digest for node:crypto may be MD5", () => {
    const { body } = answerGuestCall({ call: "digest", algorithm: "MD5" }, utf8.encode("a"))

    expect(Buffer.from(body ?? []).toString("hex")).toBe(createHash("md5").update("a").digest("hex"))
  })
})

const nonsense: readonly unknown[] = [
  { call: "digest", algorithm: "SHA-3" },
  { call: "digest", algorithm: "__proto__" },
  { call: "crypto", action: "explode", algorithm: {} },
  { call: "crypto", action: "sign", algorithm: null, key: {} },
  { call: "crypto", action: "sign", algorithm: { name: "HMAC", hash: "SHA-256" }, key: { kty: "oct", k: 5 } },
  {
    call: "crypto",
    action: "sign",
    algorithm: { name: "ECDSA", hash: "SHA-256" },
    key: { kty: "EC", d: "tell-nobody" },
  },
  { call: "crypto", action: "verify", algorithm: { name: "Ed25519" }, key: {}, lengths: [999, -1] },
  {
    call: "crypto",
    action: "encrypt",
    algorithm: { name: "AES-GCM", tagLength: 7 },
    key: { kty: "oct", k: "AAAAAAAAAAAAAAAAAAAAAA" },
    lengths: [1, 1, 1],
  },
  {
    call: "crypto",
    action: "decrypt",
    algorithm: { name: "AES-GCM", tagLength: 128 },
    key: { kty: "oct", k: "AAAAAAAAAAAAAAAAAAAAAA" },
    lengths: [1, 0, 2],
  },
  { call: "crypto", action: "import", algorithm: { name: "ECDSA", namedCurve: "P-256" }, format: "spki" },
  { call: "crypto", action: "import", algorithm: { name: "Ed25519" }, format: "jwk", key: null },
  { call: "crypto", action: "export", algorithm: {}, key: { kty: "oct", k: "c2VjcmV0" }, format: "pkcs8" },
  { call: "crypto", action: "generate", algorithm: { name: "RSA-PSS" } },
  {
    call: "crypto",
    action: "derive",
    algorithm: { name: "PBKDF2", hash: "SHA-512", bits: 256, iterations: 1e9 },
    key: { kty: "oct", k: "AAAA" },
  },
  { call: "crypto", action: "generate", algorithm: { name: "HMAC", length: 1e9 } },
]

const algorithms: readonly (readonly [name: string, parameters: string, signing: string])[] = [
  ["ECDSA P-256", `{ name: "ECDSA", namedCurve: "P-256" }`, `{ name: "ECDSA", hash: "SHA-256" }`],
  ["ECDSA P-384", `{ name: "ECDSA", namedCurve: "P-384" }`, `{ name: "ECDSA", hash: "SHA-384" }`],
  ["Ed25519", `{ name: "Ed25519" }`, `"Ed25519"`],
]

function madeBy(shown: string | undefined): unknown {
  const text = shown?.slice(shown.lastIndexOf("  →  ") + 5) ?? ""
  return JSON.parse(JSON.parse(text) as string)
}

const hex = `.then((b) => [...new Uint8Array(b)].map((x) => x.toString(16).padStart(2, "0")).join(""))`

/** FIPS 180-4, RFC 4231 (case 1), RFC 8032 (7.1, test 1), and case 4 of the AES-GCM paper, cut to its first block. */
const vectors: readonly (readonly [snippet: string, value: string])[] = [
  [
    `crypto.subtle.digest("SHA-256", new TextEncoder().encode("abc"))${hex}`,
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  ],
  [`crypto.subtle.digest("SHA-1", new TextEncoder().encode("abc"))${hex}`, "a9993e364706816aba3e25717850c26c9cd0d89d"],
  [
    `crypto.subtle.importKey("raw", new Uint8Array(20).fill(0x0b), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]).then((k) => crypto.subtle.sign("HMAC", k, new TextEncoder().encode("Hi There")))${hex}`,
    "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
  ],
  [
    `crypto.subtle.importKey("jwk", { kty: "OKP", crv: "Ed25519", d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo" }, "Ed25519", false, ["sign"]).then((k) => crypto.subtle.sign("Ed25519", k, new Uint8Array(0)))${hex}`,
    "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
  ],
  [
    `crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt"]).then((k) => crypto.subtle.encrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, k, new Uint8Array(16)))${hex}`,
    "0388dace60b6a392f328c2b971b2fe78ab6e47d42cec13bdf53a67b21257bddf",
  ],
]

const operations = String.raw`
const k = await crypto.subtle.importKey("raw", new TextEncoder().encode("password"), "PBKDF2", false, ["deriveBits", "deriveKey"]); return [await crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-1", salt: new TextEncoder().encode("salt"), iterations: 4096 }, k, 160), k.algorithm, k.usages]
const k = await crypto.subtle.importKey("raw", new Uint8Array(22).fill(11), "HKDF", false, ["deriveBits"]); return crypto.subtle.deriveBits({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(13), info: new Uint8Array([1, 2]) }, k, 336)
const k = await crypto.subtle.importKey("raw", new Uint8Array(3), "PBKDF2", false, ["deriveKey"]); const d = await crypto.subtle.deriveKey({ name: "PBKDF2", hash: "SHA-512", salt: new Uint8Array(8), iterations: 10 }, k, { name: "AES-GCM", length: 192 }, true, ["encrypt"]); return [await crypto.subtle.exportKey("raw", d), d.algorithm]
const k = await crypto.subtle.importKey("raw", new Uint8Array(3), "HKDF", false, ["deriveKey"]); const d = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(8), info: new Uint8Array(0) }, k, { name: "HMAC", hash: "SHA-384" }, true, ["sign"]); return (await crypto.subtle.exportKey("raw", d)).byteLength
crypto.subtle.importKey("raw", new Uint8Array(3), "PBKDF2", true, ["deriveBits"])
crypto.subtle.generateKey("HKDF", false, ["deriveBits"])
const k = await crypto.subtle.importKey("raw", new Uint8Array(3), "PBKDF2", false, ["deriveKey"]); return crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-1", salt: new Uint8Array(1), iterations: 1 }, k, 160)
const k = await crypto.subtle.importKey("raw", new Uint8Array(3), "PBKDF2", false, ["deriveBits"]); return crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-1", salt: new Uint8Array(1), iterations: 0 }, k, 160)
const k = await crypto.subtle.importKey("raw", new Uint8Array(3), "PBKDF2", false, ["deriveBits"]); return crypto.subtle.deriveBits({ name: "PBKDF2", hash: "SHA-1", iterations: 5 }, k, 160)
crypto.subtle.digest("sha-512", new Uint8Array([1, 2, 3]))
crypto.subtle.digest({ name: "SHA-384" }, new DataView(new ArrayBuffer(3), 1))
crypto.subtle.digest("MD5", new Uint8Array(0))
crypto.subtle.digest("SHA-256", "text")
const k = await crypto.subtle.generateKey({ name: "HMAC", hash: "SHA-384" }, true, ["verify", "sign"]); return [k.type, k.extractable, k.usages, k.algorithm, (await crypto.subtle.exportKey("raw", k)).byteLength]
const k = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["decrypt", "encrypt"]); return [k.type, k.extractable, k.usages, k.algorithm]
const p = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, false, ["sign", "verify"]); return [p.publicKey.extractable, p.privateKey.extractable, p.publicKey.usages, p.privateKey.usages, p.privateKey.algorithm, p.publicKey.type]
const p = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]); const j = await crypto.subtle.exportKey("jwk", p.publicKey); return [Object.keys(j).sort(), j.kty, j.crv, j.key_ops, j.ext]
const p = await crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-384" }, true, ["sign", "verify"]); const j = await crypto.subtle.exportKey("jwk", p.privateKey); return [Object.keys(j).sort(), j.crv, j.key_ops]
const k = await crypto.subtle.importKey("raw", new Uint8Array([1, 2, 3]), { name: "HMAC", hash: "SHA-256" }, true, ["sign"]); return crypto.subtle.exportKey("jwk", k)
const k = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", true, ["encrypt"]); return crypto.subtle.exportKey("jwk", k)
crypto.subtle.generateKey({ name: "AES-GCM", length: 100 }, true, ["encrypt"])
crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, [])
crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["sign"])
crypto.subtle.generateKey({ name: "AES-GCM", length: 128 }, true, ["dance"])
crypto.subtle.generateKey({ name: "nope" }, true, ["sign"])
crypto.subtle.importKey("raw", new Uint8Array(5), "AES-GCM", true, ["encrypt"])
crypto.subtle.importKey("raw", new Uint8Array(5), { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"])
crypto.subtle.importKey("spki", new Uint8Array(5), "Ed25519", true, ["verify"])
crypto.subtle.importKey("jwk", { kty: "EC" }, { name: "ECDSA", namedCurve: "P-256" }, true, ["verify"])
crypto.subtle.importKey("jwk", { kty: "oct", k: "AQID", ext: false }, { name: "HMAC", hash: "SHA-256" }, true, ["sign"])
crypto.subtle.importKey("jwk", { kty: "oct", k: "AQID", key_ops: ["verify"] }, { name: "HMAC", hash: "SHA-256" }, true, ["sign"])
const k = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt"]); return crypto.subtle.exportKey("raw", k)
const k = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt"]); return crypto.subtle.decrypt({ name: "AES-GCM", iv: new Uint8Array(12) }, k, new Uint8Array(20))
const k = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt"]); return crypto.subtle.sign("HMAC", k, new Uint8Array(20))
const k = await crypto.subtle.importKey("raw", new Uint8Array(16), "AES-GCM", false, ["encrypt"]); return crypto.subtle.encrypt({ name: "AES-GCM" }, k, new Uint8Array(20))
const p = await crypto.subtle.generateKey("Ed25519", false, ["sign", "verify"]); return crypto.subtle.exportKey("pkcs8", p.privateKey)
crypto.subtle.sign("HMAC", {}, new Uint8Array(1))
new CryptoKey()
[typeof crypto.subtle, crypto.subtle instanceof SubtleCrypto, crypto instanceof Crypto]
`
