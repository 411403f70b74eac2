import { expect, test } from "vitest"

import { isLoopback, refuseOpenAddress } from "../../../src/daemon/http/loopback.ts"
import { httpConfig } from "./http-fixture.ts"

test.each([
  ["localhost", true],
  ["LOCALHOST", true],
  ["app.localhost", true],
  ["127.0.0.1", true],
  ["127.8.9.10", true],
  ["::1", true],
  ["::ffff:127.0.0.1", true],
  ["0.0.0.0", false],
  ["::", false],
  ["127.evil.example", false],
  ["localhost.evil.example", false],
  ["notlocalhost", false],
  ["10.0.0.1", false],
  ["", false],
])("%j leads to this machine alone: %s", (host, loopback) => {
  expect(isLoopback(host)).toBe(loopback)
})

test("an open API stays on loopback; one that asks who comes may be reached by others", () => {
  expect(() => refuseOpenAddress(httpConfig({ host: "127.0.0.1", insecureOpen: true }))).not.toThrow()
  expect(() => refuseOpenAddress(httpConfig({ host: "0.0.0.0", insecureOpen: false }))).not.toThrow()
  expect(() => refuseOpenAddress(httpConfig({ host: "0.0.0.0", insecureOpen: true }))).toThrow(
    expect.objectContaining({ code: "INSECURE_OPEN" }),
  )
})
