import type { FastifyReply, FastifyRequest } from "fastify"
import { expect, test } from "vitest"

import { isAlyxError } from "../../../../src/errors.ts"
import { anonymous, administrator, bareRequest } from "../../../../src/daemon/callers.ts"
import type { Caller } from "../../../../src/daemon/caller.ts"
import { RequestRates } from "../../../../src/daemon/http/middleware/request-rates.ts"
import { parseRate } from "../../../../src/lib/units.ts"
import { httpConfig } from "../http-fixture.ts"

test("an address may ask so often, then waits for the rest of its window, and is told how long", () => {
  const { clock, asks } = makeRates({ address: "3/minute" })

  expect([asks(), asks(), asks()]).toEqual(["passed", "passed", "passed"])
  clock.ms += 20_000

  expect(asks()).toEqual({
    code: "RATE_LIMITED",
    retryAfterSeconds: 40,
    headers: { "ratelimit-policy": `"address";q=3;w=60`, ratelimit: `"address";r=0;t=40` },
  })
  clock.ms += 40_000
  expect(asks()).toBe("passed")
})

test("addresses are counted one by one, loopback as well; those of one IPv6 block are one", () => {
  const { asks } = makeRates({ address: "1/minute" })

  for (const address of ["127.0.0.1", "203.0.113.7", "203.0.113.8", "2001:db8:1:2::1", "2001:db8:1:3::1"]) {
    expect(asks({ address }), address).toBe("passed")
    expect(asks({ address }), address).toMatchObject({ code: "RATE_LIMITED" })
  }
  expect(asks({ address: "2001:db8:1:2:ffff:ffff:ffff:ffff" })).toMatchObject({ code: "RATE_LIMITED" })
})

test("the owner is never counted, an admin is", () => {
  const { asks } = makeRates({ address: "1/minute" })

  for (let count = 0; count < 5; count += 1) expect(asks({ ...administrator, owner: true })).toBe("passed")
  asks({ ...administrator })

  expect(asks({ ...administrator })).toMatchObject({ code: "RATE_LIMITED" })
})

test("a key is counted by itself, from wherever it comes; people are not", () => {
  const { asksWith } = makeRates({ key: "2/minute" })
  const key = { ...anonymous, auth: { ...anonymous.auth, id: "key:1" } }
  const person = { ...anonymous, auth: { ...anonymous.auth, id: "1" } }

  expect([asksWith({ ...key, address: "a" }), asksWith({ ...key, address: "b" })]).toEqual(["passed", "passed"])

  expect(asksWith({ ...key, address: "c" })).toMatchObject({
    code: "RATE_LIMITED",
    headers: { "ratelimit-policy": `"key";q=2;w=60` },
  })
  expect(asksWith({ ...key, auth: { ...key.auth, id: "key:2" } })).toBe("passed")
  for (let count = 0; count < 5; count += 1) expect(asksWith(person)).toBe("passed")
})

test("a changed rate acts at once, and null counts nothing", () => {
  const { asks, setRates } = makeRates({ address: "1/minute" })
  asks()
  expect(asks()).toMatchObject({ code: "RATE_LIMITED" })

  setRates({ address: "2/minute" })
  expect(asks()).toBe("passed")
  setRates({})
  for (let count = 0; count < 5; count += 1) expect(asks()).toBe("passed")
})

test("a hundred thousand addresses are counted in bounded memory, each with its own count", () => {
  const { asks } = makeRates({ address: "1/minute" })

  let passedCount = 0
  for (let number = 0; number < 100_000; number += 1) {
    if (asks({ address: `10.${number >> 16}.${(number >> 8) & 255}.${number & 255}` }) === "passed") passedCount += 1
  }
  expect(passedCount).toBe(100_000)

  // The last 50,000 are held, those before them have begun anew.
  expect(asks({ address: "10.1.134.159" })).toMatchObject({ code: "RATE_LIMITED" })
  expect(asks({ address: "10.0.0.1" })).toBe("passed")
})

interface Written {
  readonly address?: string
  readonly key?: string
}

function makeRates(written: Written) {
  const clock = { ms: 1_000_000, now: (): number => clock.ms }
  let config = httpConfig({ rateLimit: ratesOf(written) })
  const rates = new RequestRates({ clock, config: () => config })
  return {
    clock,
    setRates: (next: Written) => void (config = httpConfig({ rateLimit: ratesOf(next) })),
    asks: (caller: Partial<Caller> = {}) => outcome(rates.byAddress, caller),
    asksWith: (caller: Partial<Caller>) => outcome(rates.byKey, caller),
  }
}

function ratesOf({ address, key }: Written) {
  return { address: rateOf(address), key: rateOf(key) }
}

function rateOf(text: string | undefined) {
  return text === undefined ? null : parseRate(text)
}

function outcome(hook: RequestRates["byAddress"], own: Partial<Caller>): unknown {
  const address = own.address ?? "203.0.113.1"
  const caller = { ...anonymous, owner: false, address, requestId: "1", request: bareRequest(address), ...own }
  const headers: Record<string, unknown> = {}
  const reply = { header: (name: string, value: unknown) => void (headers[name] = value) }
  let result: unknown
  hook({ caller, invocation: null } as FastifyRequest, reply as unknown as FastifyReply, (error?: Error) => {
    result = isAlyxError(error)
      ? { code: error.code, retryAfterSeconds: error.retryAfterSeconds, headers }
      : (error ?? "passed")
  })
  return result
}
