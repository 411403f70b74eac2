import { createHmac, createPublicKey, generateKeyPairSync } from "node:crypto"
import { readFile, stat } from "node:fs/promises"
import path from "node:path"

import jwt from "jsonwebtoken"
import { describe, expect, test } from "vitest"

import { AccessTokens } from "../../../../src/daemon/auth/tokens/access-tokens.ts"
import { loadSigningKeys } from "../../../../src/daemon/auth/tokens/signing-keys.ts"
import { createLogger } from "../../../../src/lib/logger.ts"
import { tempFolder } from "../../../helpers/temp-folder.ts"
import { authConfig } from "../auth-fixture.ts"

const secret = "0123456789abcdef0123456789abcdef"
const session = { accountId: "account-1", sessionId: "session-1" }
const logger = createLogger({ level: "silent", format: "json", destination: { write: () => undefined } })

/** Tokens with keys in a folder of their own, and a clock that a test moves. */
async function openTokens(values: Readonly<Record<string, string>> = {}) {
  const keyFile = path.join(await tempFolder(), "alyx.keys")
  const clock = { nowMs: Date.now(), now: () => clock.nowMs }
  const config = authConfig(values).auth.jwt
  const loadKeys = () => loadSigningKeys({ jwt: config, keyFile, logger })
  return { tokens: new AccessTokens({ jwt: () => config, clock, loadKeys }), keyFile, clock, config }
}

function refused(tokens: AccessTokens, token: string): Promise<unknown> {
  const verified = (async () => tokens.verify(token))()
  return expect(verified).rejects.toMatchObject({ code: "INVALID_TOKEN" })
}

describe("tokens signed with a secret", () => {
  test("are read by another library, with everything that RFC 9068 asks for", async () => {
    const { tokens, clock } = await openTokens({ "auth.jwt.secret": secret })

    const { token, expiresInSeconds } = await tokens.sign(session)
    const { header, payload } = jwt.verify(token, secret, { algorithms: ["HS256"], complete: true })

    const iat = Math.floor(clock.now() / 1_000)
    expect(header).toEqual({ alg: "HS256", typ: "at+jwt" })
    expect(payload).toEqual({ sub: "account-1", sid: "session-1", iss: "alyx", aud: "alyx", iat, exp: iat + 900 })
    expect(expiresInSeconds).toBe(900)
  })

  test("say who signed in, at once when they were seen before", async () => {
    const { tokens, clock } = await openTokens({ "auth.jwt.secret": secret })
    const { token } = await tokens.sign(session)

    const first = tokens.verify(token)
    expect(first).toBeInstanceOf(Promise)
    expect(await first).toMatchObject(session)

    expect(tokens.verify(token)).toMatchObject(session)
    clock.nowMs += 900_000
    expect(() => tokens.verify(token)).toThrow("expired")
  })

  test("that others made are refused, whatever is wrong with them", async () => {
    const { tokens } = await openTokens({ "auth.jwt.secret": secret })
    const claims = { sid: "session-1" }
    const good: jwt.SignOptions = {
      algorithm: "HS256",
      subject: "account-1",
      issuer: "alyx",
      audience: "alyx",
      expiresIn: 900,
      header: { alg: "HS256", typ: "at+jwt" },
    }
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2_048 })
    const withoutSubject = Object.fromEntries(Object.entries(good).filter(([name]) => name !== "subject"))
    const withoutEnd = Object.fromEntries(Object.entries(good).filter(([name]) => name !== "expiresIn"))
    const forged: Record<string, string> = {
      "another secret": jwt.sign(claims, `${secret}!`, good),
      "another issuer": jwt.sign(claims, secret, { ...good, issuer: "other" }),
      "another audience": jwt.sign(claims, secret, { ...good, audience: "other" }),
      "the end of its time": jwt.sign(claims, secret, { ...good, expiresIn: -1 }),
      "no end of its time": jwt.sign(claims, secret, withoutEnd),
      "no subject": jwt.sign(claims, secret, withoutSubject),
      "no session": jwt.sign({}, secret, good),
      "a time when it begins to be valid": jwt.sign(claims, secret, { ...good, notBefore: 60 }),
      "another type": jwt.sign(claims, secret, { ...good, header: { alg: "HS256", typ: "JWT" } }),
      "another algorithm with the same secret": jwt.sign(claims, secret, {
        ...good,
        algorithm: "HS512",
        header: { alg: "HS512", typ: "at+jwt" },
      }),
      "a key pair": jwt.sign(claims, privateKey, {
        ...good,
        algorithm: "RS256",
        header: { alg: "RS256", typ: "at+jwt" },
      }),
      "no algorithm": unsigned({ alg: "none", typ: "at+jwt" }),
      "no algorithm in capitals": unsigned({ alg: "NONE", typ: "at+jwt" }),
    }
    expect(await verifies(tokens, jwt.sign(claims, secret, good))).toBe(true)

    for (const [what, token] of Object.entries(forged)) {
      expect({ what, verifies: await verifies(tokens, token) }).toEqual({ what, verifies: false })
    }
  })

  test("that were tampered with are refused in every part", async () => {
    const { tokens } = await openTokens({ "auth.jwt.secret": secret })
    const { token } = await tokens.sign(session)
    const [head = "", body = "", signature = ""] = token.split(".")
    const claims = JSON.parse(Buffer.from(body, "base64url").toString()) as object
    const other = Buffer.from(JSON.stringify({ ...claims, sub: "account-2" })).toString("base64url")

    for (const tampered of [
      `${head}.${other}.${signature}`,
      `${head}.${body}.`,
      `${head}.${body}`,
      `${head}.${body}.${signature.slice(0, -2)}AA`,
      `${token}.${signature}`,
      "",
      "a.b.c",
      `${token}${"A".repeat(5_000)}`,
    ]) {
      await refused(tokens, tampered)
    }
  })
})

describe("tokens signed with a key pair", () => {
  test("are verified by others with the public key, which is all that is shown", async () => {
    const { tokens } = await openTokens({ "auth.jwt.algorithm": "eddsa" })

    const { token } = await tokens.sign(session)
    const [publicKey] = (await tokens.publicKeys()) ?? []

    expect(Object.keys(publicKey ?? {}).toSorted()).toEqual(["alg", "crv", "kid", "kty", "use", "x"])
    const key = createPublicKey({ key: publicKey as Record<string, string>, format: "jwk" })
    const [head = "", body = "", signature = ""] = token.split(".")
    const { verify } = await import("node:crypto")
    expect(verify(null, Buffer.from(`${head}.${body}`), key, Buffer.from(signature, "base64url"))).toBe(true)
    expect(JSON.parse(Buffer.from(head, "base64url").toString())).toEqual({
      alg: "EdDSA",
      typ: "at+jwt",
      kid: publicKey?.kid,
    })
    expect(await tokens.verify(token)).toMatchObject(session)
  })

  test("are not confused with a secret that is the public key", async () => {
    const { tokens } = await openTokens({ "auth.jwt.algorithm": "eddsa" })
    const [publicKey] = (await tokens.publicKeys()) ?? []
    const key = createPublicKey({ key: publicKey as Record<string, string>, format: "jwk" })
    const spellings = [
      key.export({ type: "spki", format: "pem" }),
      key.export({ type: "spki", format: "der" }),
      Buffer.from(publicKey?.x ?? "", "base64url"),
      publicKey?.x ?? "",
      JSON.stringify(publicKey),
    ]

    for (const spelling of spellings) {
      await refused(tokens, signedWith(spelling, { alg: "HS256", typ: "at+jwt", kid: publicKey?.kid }))
    }
  })

  test("of another server are refused", async () => {
    const one = await openTokens({ "auth.jwt.algorithm": "eddsa" })
    const other = await openTokens({ "auth.jwt.algorithm": "eddsa" })

    await refused(one.tokens, (await other.tokens.sign(session)).token)
  })
})

describe("alyx.keys", () => {
  test.each(["hs256", "eddsa"])(
    "keeps the key of %s, for its owner alone, from one start to the next",
    async (algorithm) => {
      const { tokens, keyFile, config, clock } = await openTokens({ "auth.jwt.algorithm": algorithm })
      const { token } = await tokens.sign(session)

      const again = new AccessTokens({
        jwt: () => config,
        clock,
        loadKeys: () => loadSigningKeys({ jwt: config, keyFile, logger }),
      })

      expect(await again.verify(token)).toMatchObject(session)
      expect((await stat(keyFile)).mode & 0o777).toBe(0o600)
      const kept = JSON.parse(await readFile(keyFile, "utf8")) as object
      expect(Object.keys(kept)).toEqual([algorithm === "hs256" ? "jwt_secret" : "jwt_private_key"])
    },
  )

  test("is not made where the secret is configured", async () => {
    const { tokens, keyFile } = await openTokens({ "auth.jwt.secret": secret })

    await tokens.sign(session)

    await expect(stat(keyFile)).rejects.toMatchObject({ code: "ENOENT" })
  })
})

async function verifies(tokens: AccessTokens, token: string): Promise<boolean> {
  try {
    await tokens.verify(token)
    return true
  } catch (error) {
    expect(error).toMatchObject({ code: "INVALID_TOKEN" })
    return false
  }
}

function claimsNow(): object {
  const iat = Math.floor(Date.now() / 1_000)
  return { sub: "account-1", sid: "session-1", iss: "alyx", aud: "alyx", iat, exp: iat + 900 }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url")
}

function unsigned(header: object): string {
  return `${encoded(header)}.${encoded(claimsNow())}.`
}

function signedWith(key: string | Buffer, header: object): string {
  const text = `${encoded(header)}.${encoded(claimsNow())}`
  return `${text}.${createHmac("sha256", key).update(text).digest("base64url")}`
}
