import { expect, test } from "vitest"

import { requireTokenSecret } from "../../../src/daemon/compose/require-token-secret.ts"
import type { DaemonMode } from "../../../src/protocol/admin-api.ts"
import { authConfig } from "../auth/auth-fixture.ts"

const secret = "0123456789abcdef0123456789abcdef"

function refusal(mode: DaemonMode, values: Readonly<Record<string, string>>): unknown {
  try {
    requireTokenSecret(authConfig({ "server.insecure_open": "false", ...values }), mode)
    return null
  } catch (error) {
    return error
  }
}

test("off loopback `start` wants a secret that it did not make up, and says how to set one", () => {
  for (const host of ["0.0.0.0", "::", "192.0.2.7", "db.example.com"]) {
    expect(refusal("start", { "server.host": host })).toMatchObject({
      code: "CONFIG_INVALID",
      message: expect.stringContaining(host),
      next: expect.stringContaining("ALYX_AUTH_JWT_SECRET"),
    })
  }
})

test("it is content with a secret, a key pair, loopback, and in dev", () => {
  expect(refusal("start", { "server.host": "0.0.0.0", "auth.jwt.secret": secret })).toBeNull()
  expect(refusal("start", { "server.host": "0.0.0.0", "auth.jwt.algorithm": "eddsa" })).toBeNull()
  for (const host of ["127.0.0.1", "127.9.9.9", "localhost", "::1"]) {
    expect(refusal("start", { "server.host": host })).toBeNull()
  }
  expect(refusal("dev", { "server.host": "0.0.0.0" })).toBeNull()
})
