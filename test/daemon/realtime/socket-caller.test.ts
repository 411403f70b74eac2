import { expect, test } from "vitest"

import type { Identity } from "../../../src/daemon/caller.ts"
import { isSameIdentity } from "../../../src/daemon/realtime/socket-caller.ts"
import type { JsonValue } from "../../../src/schema/schema.ts"

function identity(
  metadata: Readonly<Record<string, JsonValue>>,
  collections: readonly string[] | null = null,
): Identity {
  const auth = { id: "ada", email: "ada@example.com", role: "user", verified: true, metadata }
  return { auth, isAdmin: false, sessionId: "s", scope: { collections, operations: null } }
}

test("an identity that was read again is the same one", () => {
  expect(isSameIdentity(identity({ teams: ["a", { b: 1 }] }), identity({ teams: ["a", { b: 1 }] }))).toBe(true)
})

test.each([
  ["other metadata", identity({ plan: "pro" }), identity({ plan: "free" })],
  ["a number that JSON does not have", identity({ max: Infinity }), identity({ max: null })],
  ["another scope", identity({}, ["posts"]), identity({}, null)],
  ["an admin", identity({}), { ...identity({}), isAdmin: true }],
])("%s makes another one", (_name, one, other) => {
  expect(isSameIdentity(one, other)).toBe(false)
  expect(isSameIdentity(other, one)).toBe(false)
})
