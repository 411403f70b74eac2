import { generateKeyPairSync } from "node:crypto"

import { describe, expect, it } from "vitest"

import { answerGuestCall } from "../../../src/daemon/functions/guest-crypto.ts"

const algorithm = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" }
const none = new Uint8Array()

/** A number of so many bits, as a JWK has it. */
const number = (bits: number): string => Buffer.alloc(bits / 8, 0xc3).toString("base64url")

function rsaKey(bits: number, e = "AQAB"): Record<string, unknown> {
  const half = number(bits / 2)
  return { kty: "RSA", n: number(bits), e, d: number(bits), p: half, q: half, dp: half, dq: half, qi: half }
}

function ask(action: string, key: unknown, more: object = {}): unknown {
  return answerGuestCall({ call: "crypto", action, algorithm, key, lengths: [0, 0], ...more }, none).value
}

describe("keys that would keep a thread for long", () => {
  const refused = { failed: { name: "DataError", message: "An RSA key has at most 4096 bits." } }

  it.each([
    ["sign", {}],
    ["verify", {}],
    ["export", { format: "pkcs8" }],
    ["import", { format: "jwk" }],
  ])("are refused before anything is computed: %s", (action, more) => {
    expect(ask(action, rsaKey(24_576), more)).toEqual(refused)
  })

  it("are refused for the size of any of their numbers", () => {
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 })
    const key = privateKey.export({ format: "jwk" })

    expect(ask("sign", { ...key, dp: number(24_576) })).toEqual(refused)
    expect(ask("verify", { kty: "RSA", n: key.n, e: number(2048) })).toEqual({
      failed: { name: "DataError", message: "The public exponent of an RSA key has at most 8 bytes." },
    })
    expect(ask("sign", key)).toBeUndefined()
  })

  it("are refused in DER", () => {
    const bytes = new Uint8Array(64 * 1024)

    for (const format of ["pkcs8", "spki"]) {
      const operation = { call: "crypto", action: "import", algorithm, format, lengths: [bytes.length] } as const
      expect(answerGuestCall(operation, bytes).value).toMatchObject({
        failed: { message: expect.stringContaining("larger than") },
      })
    }
  })
})
