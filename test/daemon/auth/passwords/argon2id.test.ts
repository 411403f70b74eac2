import { hash, verify } from "@node-rs/argon2"
import type { Algorithm, Version } from "@node-rs/argon2"
import { describe, expect, test } from "vitest"

import {
  argon2Cost,
  argon2idOf,
  formatPhc,
  isArgon2idOf,
  isOutdated,
  parsePhc,
} from "../../../../src/daemon/auth/passwords/argon2id.ts"

const passwords = ["correct horse battery staple", "", "p", "ü€😀 \u0000 ".normalize("NFC"), "x".repeat(1_024)]

describe("PHC strings of argon2id", () => {
  test.each(passwords)("ours are verified by another library: %j", async (password) => {
    const text = formatPhc(await argon2idOf(password))

    expect(text).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
    expect(await verify(text, password)).toBe(true)
    expect(await verify(text, `${password}!`)).toBe(false)
  })

  test.each(passwords)("those of another library are verified by us: %j", async (password) => {
    const text = await hash(password, {
      algorithm: 2 satisfies Algorithm,
      version: 1 satisfies Version,
      memoryCost: 19_456,
      timeCost: 2,
      parallelism: 1,
    })

    const read = parsePhc(text)!

    expect(isOutdated(read)).toBe(false)
    expect(await isArgon2idOf(password, read)).toBe(true)
    expect(await isArgon2idOf(`${password}!`, read)).toBe(false)
  })

  test("other costs are computed, and are outdated", async () => {
    const text = await hash("secret", {
      algorithm: 2 satisfies Algorithm,
      memoryCost: 4_096,
      timeCost: 3,
      parallelism: 2,
      outputLen: 24,
    })

    const read = parsePhc(text)!

    expect(read).toMatchObject({ memoryKib: 4_096, passes: 3, lanes: 2 })
    expect(isOutdated(read)).toBe(true)
    expect(await isArgon2idOf("secret", read)).toBe(true)
  })

  test("a spelling of the same letters is the same password", async () => {
    const made = await argon2idOf("Zo\u00eb", { ...argon2Cost, memoryKib: 64 })

    expect(await isArgon2idOf("Zoe\u0308", made)).toBe(true)
  })

  test("two hashes of one password have nothing in common", async () => {
    const cheap = { memoryKib: 64, passes: 1, lanes: 1 }
    const [one, other] = [await argon2idOf("secret", cheap), await argon2idOf("secret", cheap)]

    expect(one.salt.equals(other.salt)).toBe(false)
    expect(one.tag.equals(other.tag)).toBe(false)
  })

  test.each([
    "",
    "secret",
    "$argon2i$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
    "$argon2id$v=16$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
    "$argon2id$v=19$m=999999,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
    "$argon2id$v=19$m=4000000,t=1,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
    "$argon2id$v=19$m=262144,t=5,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
    "$argon2id$v=19$m=19456,t=1,p=17$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
    `$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHRzYWx0$${"a".repeat(1_000)}`,
    "$argon2id$v=19$m=19456,t=99,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
    "$argon2id$v=19$m=19456,t=0,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
    "$argon2id$v=19$m=8,t=1,p=9$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA",
    "$2b$10$abcdefghijklmnopqrstuuJ8H1pQ9f4D7o6s5a4d3f2g1h0j9k8l7",
  ])("what is none, or costs too much, is not computed: %s", (text) => {
    expect(parsePhc(text)).toBeNull()
  })
})
