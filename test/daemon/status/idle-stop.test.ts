import { expect, test } from "vitest"

import { IdleStop } from "../../../src/daemon/status/idle-stop.ts"

test("a daemon ends after the timeout without client or request, and any use starts the time anew", () => {
  const state = { now: 0, watched: false, requests: 0, ended: 0 }
  const idle = new IdleStop({
    clock: { now: () => state.now },
    idleTimeoutMs: () => 100,
    isWatched: () => state.watched,
    requestCount: () => state.requests,
    onIdle: () => (state.ended += 1),
  })

  const endedAfter = (change: Partial<typeof state>): number => {
    Object.assign(state, change)
    idle.check()
    return state.ended
  }

  expect(endedAfter({ now: 90, requests: 1 })).toBe(0)
  expect(endedAfter({ now: 180, watched: true })).toBe(0)
  expect(endedAfter({ now: 270, watched: false })).toBe(0)
  expect(endedAfter({ now: 280 })).toBe(1)
})

test("a timeout of zero never ends it", () => {
  let ended = 0
  let now = 0
  const idle = new IdleStop({
    clock: { now: () => now },
    idleTimeoutMs: () => 0,
    isWatched: () => false,
    requestCount: () => 0,
    onIdle: () => (ended += 1),
  })

  now = 1_000_000_000
  idle.check()

  expect(ended).toBe(0)
})
