import { symlink } from "node:fs/promises"
import path from "node:path"

import * as jose from "jose"
import { describe, expect, test } from "vitest"

import { openFunctions } from "../../daemon/functions/functions-fixture.ts"
import { buildPlugin } from "../../daemon/functions/guest-plugins.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"

/** A library that leans on crypto.subtle, text and base64 of the platform: what it makes in a function Node reads, and the other way round. */
const source = `
import * as jose from "jose"
import { defineFunction } from "@alyx/functions"

const secret = new TextEncoder().encode("0123456789abcdef0123456789abcdef")

export default defineFunction({
  async handler({ make, read }) {
    if (make !== undefined) {
      const made = {}
      made.HS256 = await new jose.SignJWT({ who: "ä" }).setProtectedHeader({ alg: "HS256" }).setIssuedAt().setExpirationTime("2h").sign(secret)
      made.A256GCM = await new jose.EncryptJWT({ who: "ä" }).setProtectedHeader({ alg: "dir", enc: "A256GCM" }).encrypt(secret)
      for (const alg of ["ES256", "ES384", "EdDSA"]) {
        const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true })
        made[alg] = await new jose.SignJWT({ who: "ä" }).setProtectedHeader({ alg }).sign(privateKey)
        made[alg + ".key"] = await jose.exportJWK(publicKey)
      }
      return made
    }
    const seen = {}
    for (const [alg, { token, jwk, spki }] of Object.entries(read)) {
      const key = jwk === undefined ? await jose.importSPKI(spki, alg) : await jose.importJWK(jwk, alg)
      seen[alg] = (await jose.jwtVerify(token, key)).payload.who
    }
    seen.forged = await jose.jwtVerify(read.HS256.token.slice(0, -3) + "AAA", secret).catch((error) => error.code)
    return seen
  },
})
`

describe("libraries in functions", () => {
  test("tokens that jose makes in a function are read by jose in Node, and the other way round", async () => {
    const folder = await tempFolder()
    await symlink(path.resolve("node_modules"), path.join(folder, "node_modules"))
    const functions = openFunctions()
    await functions.serve("tokens", await buildPlugin(folder, source))
    const callWith = async (input: object): Promise<Record<string, unknown>> =>
      JSON.parse(await functions.call("tokens", JSON.stringify(input))) as Record<string, unknown>

    const made = await callWith({ make: true })
    const read = await callWith({ read: await tokensOfNode() })

    expect((await jose.jwtVerify(made["HS256"] as string, secret)).payload["who"]).toBe("ä")
    expect((await jose.jwtDecrypt(made["A256GCM"] as string, secret)).payload["who"]).toBe("ä")
    for (const alg of ["ES256", "ES384", "EdDSA"]) {
      const key = await jose.importJWK(made[`${alg}.key`] as jose.JWK, alg)
      expect((await jose.jwtVerify(made[alg] as string, key)).payload["who"]).toBe("ä")
    }
    const who = { HS256: "ö", RS256: "ö", PS384: "ö", ES256: "ö", EdDSA: "ö" }
    expect(read).toEqual({ ...who, forged: "ERR_JWS_SIGNATURE_VERIFICATION_FAILED" })
  })
})

const secret = new TextEncoder().encode("0123456789abcdef0123456789abcdef")

async function tokensOfNode(): Promise<Record<string, object>> {
  const tokens: Record<string, object> = {
    HS256: { token: await sign("HS256", secret), jwk: { kty: "oct", k: jose.base64url.encode(secret) } },
  }
  for (const alg of ["RS256", "PS384", "ES256", "EdDSA"]) {
    const { publicKey, privateKey } = await jose.generateKeyPair(alg, { extractable: true })
    const key = alg === "RS256" ? { spki: await jose.exportSPKI(publicKey) } : { jwk: await jose.exportJWK(publicKey) }
    tokens[alg] = { token: await sign(alg, privateKey), ...key }
  }
  return tokens
}

function sign(alg: string, key: jose.CryptoKey | Uint8Array): Promise<string> {
  return new jose.SignJWT({ who: "ö" }).setProtectedHeader({ alg }).sign(key)
}
