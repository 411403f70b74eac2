import { describe, expect, test } from "vitest"

import { parseEmailAddress } from "../../../src/daemon/auth/email-address.ts"

describe("addresses", () => {
  test.each([
    ["ada@example.com", "ada@example.com"],
    ["Ada.Lovelace@Example.COM", "ada.lovelace@example.com"],
    ["  ada@example.com\n", "ada@example.com"],
    ["ada+news@example.co.uk", "ada+news@example.co.uk"],
    ["o'brien@example.com", "o'brien@example.com"],
    ["Zoe\u0308@example.com", "zo\u00eb@example.com"],
    ["ada@m\u00fcnchen.example", "ada@xn--mnchen-3ya.example"],
    ["ada@XN--MNCHEN-3YA.example", "ada@xn--mnchen-3ya.example"],
    ["\u7528\u6237@\u4f8b\u5b50.\u516c\u53f8", "\u7528\u6237@xn--fsqu00a.xn--55qx5d"],
  ])("%j is compared as %j", (written, key) => {
    expect(parseEmailAddress(written)?.key).toBe(key)
  })

  test("the spelling is kept, in NFC", () => {
    expect(parseEmailAddress(" Zoe\u0308@Example.com ")?.email).toBe("Zo\u00eb@Example.com")
  })

  test.each([
    null,
    undefined,
    7,
    {},
    ["ada@example.com"],
    "",
    "ada",
    "ada@",
    "@example.com",
    "ada@example",
    "ada@@example.com",
    "ada@example..com",
    "ada@.example.com",
    "ada@-example.com",
    ".ada@example.com",
    "ada.@example.com",
    "a..da@example.com",
    "ada lovelace@example.com",
    '"ada"@example.com',
    "ada@[127.0.0.1]",
    "ada@127.0.0.1",
    "ada@0x7f.1",
    "ada@example.123",
    "ada@xn--a.com",
    "ada@mail.xn--abc-.com",
    "ada@example.com\r\nBcc: eve@example.com",
    "ada\u0000@example.com",
    "ada@exam\u0000ple.com",
    "ada,eve@example.com",
    "Ada <ada@example.com>",
    `${"a".repeat(65)}@example.com`,
    `a@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.${"e".repeat(60)}.${"f".repeat(20)}.com`,
    `${"a@".repeat(10_000)}b.com`,
  ])("%j is none", (written) => {
    expect(parseEmailAddress(written)).toBeNull()
  })
})
