import { describe, expect, test } from "vitest"

import { plainAddress } from "../../../../../runtimes/js/prelude/web/plain-address.ts"

const hosts = [
  "127.0.0.1",
  "localhost",
  "api.example.com",
  "a.b",
  "xn--p",
  "a-b.c",
  "1.2",
  "a.1",
  "0x7f",
  "user@a",
  "A.b",
  "",
]
const ports = ["", ":8090", ":80", ":443", ":0090", ":99999", ":"]
const rests = [
  "",
  "/",
  "/a",
  "/a/b.c",
  "/a/",
  "/a//b",
  "/.",
  "/..",
  "/a/../b",
  "/a/.b",
  "/%2e/a",
  "/%41",
  "/a'b",
  '/a"b',
  "/é",
  "/a b",
]
const queries = ["", "?", "?a=1&b=%20", "?x=/../a", "?'", '?"', "?a b", "#", "?a#b", "\n", "\t", "\\"]

describe("An address that is taken as it is", () => {
  test("is one that the URL Standard would not change", () => {
    const taken: string[] = []

    for (const scheme of ["http://", "https://", "ftp://", "HTTP://"])
      for (const host of hosts)
        for (const port of ports)
          for (const rest of rests)
            for (const query of queries) {
              const address = scheme + host + port + rest + query
              if (plainAddress.test(address)) taken.push(address)
            }

    expect(taken.length).toBeGreaterThan(100)
    expect(taken.filter((address) => new URL(address).href !== address)).toEqual([])
  })
})
