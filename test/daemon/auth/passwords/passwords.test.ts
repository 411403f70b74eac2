import { hash } from "@node-rs/argon2"
import { expect, test } from "vitest"

import { Passwords, waitingMax } from "../../../../src/daemon/auth/passwords/passwords.ts"
import { isAlyxError } from "../../../../src/errors.ts"

test("where there is nothing to verify, as much is computed, once, and nothing is right", async () => {
  const passwords = new Passwords()

  for (const phc of [null, "not a hash", "$argon2id$v=19$m=999999,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA"]) {
    const before = passwords.runCount
    expect(await passwords.verify("anything", phc)).toMatchObject({ isRight: false })
    expect(passwords.runCount - before).toBe(1)
  }
})

test("a right password of another cost is right, and asks to be hashed again", async () => {
  const passwords = new Passwords()
  const old = await hash("secret", { memoryCost: 4_096, timeCost: 1, parallelism: 1 })

  expect(await passwords.verify("secret", old)).toEqual({ isRight: true, isOutdated: true })
  expect(await passwords.verify("secret", await passwords.hash("secret"))).toEqual({ isRight: true, isOutdated: false })
})

test("more than may wait are refused at once, with a time to wait, and the others get their turn", async () => {
  const passwords = new Passwords()
  const old = await hash("secret", { memoryCost: 64, timeCost: 1, parallelism: 1 })

  const asked = Array.from({ length: waitingMax + 3 + 10 }, () => passwords.verify("secret", old))
  const settled = await Promise.allSettled(asked)

  const refused = settled.filter(({ status }) => status === "rejected")
  expect(refused).toHaveLength(10)
  for (const each of refused) {
    expect(each.status === "rejected" && isAlyxError(each.reason, "RATE_LIMITED")).toBe(true)
    expect(each).toMatchObject({ reason: { retryAfterSeconds: expect.any(Number) } })
  }
  expect(passwords.runCount).toBe(waitingMax + 3)
  expect(await passwords.verify("secret", old)).toMatchObject({ isRight: true })
})
