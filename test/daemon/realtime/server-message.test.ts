import { expect, test } from "vitest"

import { documentsFrame } from "../../../src/daemon/realtime/server-message.ts"

const delta = { type: "delta", members: '"changes":{},"seq":7,"resume":"r"', seq: 7 } as const

/** The payload of a frame of less than 126 bytes. */
function said(frame: Buffer): unknown {
  return JSON.parse(frame.subarray(2).toString())
}

function payload(subscriptionId: string): object {
  return { subscription_id: subscriptionId, changes: {}, seq: 7, resume: "r" }
}

test("clients with equal ids of their subscriptions get the same bytes, and others their own", () => {
  const message = { ...delta }

  const first = documentsFrame(message, "sub_1", null)

  expect(documentsFrame(message, "sub_1", null)).toBe(first)
  expect(said(first)).toEqual({ type: "delta", payload: payload("sub_1") })
  expect(said(documentsFrame(message, "sub_2", null))).toEqual({ type: "delta", payload: payload("sub_2") })
})

test("what answers one client goes to nobody else", () => {
  const message = { ...delta }

  expect(said(documentsFrame(message, "sub_1", "a"))).toEqual({ id: "a", type: "delta", payload: payload("sub_1") })
  expect(said(documentsFrame(message, "sub_1", null))).toEqual({ type: "delta", payload: payload("sub_1") })
  expect(said(documentsFrame(message, "sub_1", "b"))).toEqual({ id: "b", type: "delta", payload: payload("sub_1") })
})

test("another message is not mistaken for one with the same text", () => {
  const shown = documentsFrame({ ...delta, type: "snapshot" }, "sub_1", null)

  expect(said(shown)).toMatchObject({ type: "snapshot" })
  expect(said(documentsFrame({ ...delta }, "sub_1", null))).toMatchObject({ type: "delta" })
})

test("with many different ids every client still gets its own", () => {
  const message = { ...delta }
  const ids = Array.from({ length: 100 }, (_, number) => `sub_${number}`)

  for (const id of [...ids, ...ids]) {
    expect(said(documentsFrame(message, id, null))).toEqual({ type: "delta", payload: payload(id) })
  }
})
