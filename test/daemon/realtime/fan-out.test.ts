import { expect, test } from "vitest"

import { FanOut } from "../../../src/daemon/realtime/fan-out.ts"
import type { Recipient } from "../../../src/daemon/realtime/fan-out.ts"
import type { LiveMessage } from "../../../src/daemon/realtime/live-queries.ts"
import { readResume, writeResume } from "../../../src/daemon/realtime/resume-token.ts"

function message(seq: number): LiveMessage {
  return { type: "delta", members: `"seq":${seq}`, seq }
}

class Ear implements Recipient {
  readonly heard: number[] = []
  isEnded = false
  toldThrough = 0
  onHeard: (() => void) | undefined
  readonly subscriber = {
    deliver: (told: LiveMessage) => {
      this.heard.push(told.type === "error" ? -1 : told.seq)
      this.onHeard?.()
    },
  }
}

test("a fan-out to many is done in slices, and everybody hears all in order", () => {
  const fanOut = new FanOut()
  const ears = Array.from({ length: 100 }, () => new Ear())
  fanOut.add(message(1), ears)
  fanOut.add(message(2), ears)
  let slices = 0

  // Each slice ends while the first few are told.
  for (; !fanOut.isEmpty; slices += 1) {
    const endsAtMs = performance.now() + 0.5
    ears[0]!.onHeard = () => {
      while (performance.now() < endsAtMs);
    }
    fanOut.run(endsAtMs)
  }

  expect(slices).toBeGreaterThan(1)
  expect(ears.every(({ heard }) => heard.join() === "1,2")).toBe(true)
  expect(fanOut.deliveredCount).toBe(200)
})

test("who got a snapshot meanwhile is not told what it holds, and who ended is told nothing", () => {
  const fanOut = new FanOut()
  const [late, gone] = [new Ear(), new Ear()]
  fanOut.add(message(1), [late, gone])

  fanOut.tellNow({ type: "snapshot", members: "", seq: 5 }, late)
  gone.isEnded = true
  fanOut.add(message(6), [late, gone])
  fanOut.run(Number.POSITIVE_INFINITY)

  expect(late.heard).toEqual([5, 6])
  expect(gone.heard).toEqual([])
})

test("a resume token says what was written into it, and anything else is none", () => {
  const token = { epoch: "0d3b", seq: 42, group: "abc" }

  expect(readResume(writeResume(token))).toEqual(token)
  for (const text of [
    "",
    "a:b",
    "a:1:b:c",
    "a:x:b",
    "a:-1:b",
    "a:99999999999999999:b",
    `${"a".repeat(300)}:1:b`,
    7,
    null,
  ]) {
    expect(readResume(text)).toBeNull()
  }
})
