import { expect, onTestFinished, test } from "vitest"

import { AccountIdentities } from "../../../src/daemon/auth/account-identities.ts"
import { writeAccounts } from "../../../src/daemon/auth/auth.ts"
import { changeAccount } from "../../../src/daemon/auth/change-account.ts"
import { endAccount } from "../../../src/daemon/auth/end-account.ts"
import { KeyIdentities } from "../../../src/daemon/auth/keys/key-identities.ts"
import type { Identity } from "../../../src/daemon/caller.ts"
import { ownerCaller } from "../../helpers/owner-caller.ts"
import { registerAs, startAuth } from "../http/auth-http.ts"

/** A server with somebody signed in, a clock that a test moves, and who the token is now. */
async function startWithAda() {
  const clock = { nowMs: Date.now(), now: () => clock.nowMs }
  const running = await startAuth({ clock })
  const ada = await registerAs(running.port, "ada")
  const { identities, auth } = running.parts
  const change = (changes: Parameters<typeof changeAccount>[2]["changes"]) =>
    writeAccounts(auth, { requestId: "test" }, (transaction) =>
      changeAccount(transaction, auth, { id: ada.id, changes }),
    )
  return { clock, ada, auth, change, identify: () => identities.identify(ada.access) }
}

test("a token that is known is told at once, and is one frozen object as long as nothing about it changes", async () => {
  const { clock, auth, identify } = await startWithAda()
  const first = await identify()

  const again = identify()
  auth.signals.nudge("accounts")
  const nudged = identify()
  clock.nowMs += 5_000
  const later = identify()

  for (const identity of [again, nudged, later]) expect(identity).toBe(first)
  expect([first, first.auth, first.auth.metadata].every((each) => Object.isFrozen(each))).toBe(true)
})

test("what changes of an account is seen at the next look, down to the depth of its metadata", async () => {
  const { ada, auth, change, identify } = await startWithAda()
  const seen: Identity["auth"][] = [(await identify()).auth]

  for (const changes of [
    { metadata: { plan: { name: "gold", seats: [1, 2] } } },
    { metadata: { plan: { name: "gold", seats: [1, 3] } } },
    { isVerified: true },
    { role: "admin" },
  ]) {
    await change(changes)
    seen.push((await identify()).auth)
  }

  expect(new Set(seen).size).toBe(5)
  expect(seen.at(-1)).toEqual({
    id: ada.id,
    email: ada.email,
    role: "admin",
    verified: true,
    metadata: { plan: { name: "gold", seats: [1, 3] } },
  })
  expect((await identify()).isAdmin).toBe(true)
  expect(() => ((seen.at(-1)!.metadata as { plan: { name: string } }).plan.name = "other")).toThrow(TypeError)
  await writeAccounts(auth, { requestId: "test" }, (transaction) =>
    endAccount(transaction, auth, { id: ada.id, caller: ownerCaller("test") }),
  )
  expect(identify).toThrow("ended")
})

test("those who go on listening are told when the token ends", async () => {
  const { clock, ada, auth } = await startWithAda()
  const keys = new KeyIdentities(auth)
  const identities = new AccountIdentities({ ...auth, keys })
  onTestFinished(async () => {
    identities.stop()
    await keys.stop()
  })

  const { identity, expiresAtMs } = await identities.identifyForLong(ada.access)

  expect(identity.auth.id).toBe(ada.id)
  expect(expiresAtMs).toBe(Math.floor(clock.nowMs / 1_000) * 1_000 + 900_000)
})
