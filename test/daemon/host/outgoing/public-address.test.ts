import { expect, test } from "vitest"

import { HostPatterns } from "../../../../src/daemon/host/outgoing/host-patterns.ts"
import { isPublicAddress } from "../../../../src/daemon/host/outgoing/public-address.ts"

test.each([
  "0.0.0.0",
  "10.1.2.3",
  "100.64.0.1",
  "127.0.0.1",
  "127.255.255.254",
  "169.254.169.254",
  "172.16.0.1",
  "172.31.255.255",
  "192.0.0.8",
  "192.168.1.1",
  "198.18.0.1",
  "224.0.0.1",
  "255.255.255.255",
  "::",
  "::1",
  "::127.0.0.1",
  "::ffff:127.0.0.1",
  "::ffff:7f00:1",
  "0:0:0:0:0:ffff:a9fe:a9fe",
  "::ffff:10.0.0.1",
  "64:ff9b::7f00:1",
  "64:ff9b::10.0.0.1",
  "64:ff9b:1::1",
  "2001:db8::1",
  "2002:7f00:1::",
  "fc00::1",
  "fd12:3456::1",
  "fe80::1",
  "fe80::1%eth0",
  "ff02::1",
  "not an address",
])("%s is not public", (address) => {
  expect(isPublicAddress(address)).toBe(false)
})

test.each([
  "1.1.1.1",
  "172.15.0.1",
  "172.32.0.1",
  "100.128.0.1",
  "::ffff:8.8.8.8",
  "64:ff9b::808:808",
  "2606:4700::1111",
])("%s is public", (address) => {
  expect(isPublicAddress(address)).toBe(true)
})

test.each([
  ["api.example.com", "api.example.com", 443, true],
  ["api.example.com", "evil-api.example.com", 443, false],
  ["api.example.com", "example.com", 443, false],
  ["API.Example.com", "api.example.com", 8443, true],
  ["api.example.com:8443", "api.example.com", 443, false],
  ["*.example.com", "a.b.example.com", 443, true],
  ["*.example.com", "example.com", 443, false],
  ["*.example.com", "example.com.evil.net", 443, false],
  ["*.example.com", "evilexample.com", 443, false],
  ["127.0.0.1:9000", "127.0.0.1", 9_000, true],
  ["127.0.0.1:9000", "127.0.0.1", 9_001, false],
  ["10.0.0.0/8", "10.9.8.7", 80, true],
  ["10.0.0.0/8", "11.0.0.1", 80, false],
  ["[::1]:9000", "::1", 9_000, true],
  ["::1", "::1", 80, true],
  ["*", "anything.net", 80, true],
])("%s and %s:%d: %s", (entry, host, port, expected) => {
  expect(new HostPatterns([entry]).allowsHost(host, port)).toBe(expected)
})

test.each([
  [["*"], "internal.net", "10.0.0.1", false],
  [["internal.net"], "internal.net", "10.0.0.1", false],
  [["internal.net", "10.0.0.1"], "internal.net", "10.0.0.1", true],
  [["internal.net", "10.0.0.1:81"], "internal.net", "10.0.0.1", false],
  [["10.0.0.0/8"], "internal.net", "10.0.0.1", true],
  [["10.0.0.0/8"], "internal.net", "::ffff:10.0.0.1", true],
  [["10.0.0.0/8"], "internal.net", "192.168.0.1", false],
  [["localhost"], "localhost", "127.0.0.1", true],
  [["localhost"], "localhost", "::1", true],
  [["localhost"], "localhost", "10.0.0.1", false],
  [["localhost"], "rebound.net", "127.0.0.1", false],
])("%j lets %s be at %s: %s", (entries, host, address, expected) => {
  expect(new HostPatterns(entries).namesAddress(address, { host, port: 80 })).toBe(expected)
})
