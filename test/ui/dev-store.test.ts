import { describe, expect, onTestFinished, test } from "vitest"

import type { DaemonFile, LogEntry } from "../../src/protocol/admin-api.ts"
import { DevStore } from "../../src/ui/dev-store.ts"

const daemon = { pid: 1, url: "http://127.0.0.1:8090" } as DaemonFile

const request = (seq: number): LogEntry => ({
  kind: "request",
  seq,
  time: "2026-11-21T08:30:15.000Z",
  method: "GET",
  url: `/${seq}`,
  status: 200,
  durationMs: 1,
  requestId: String(seq),
})

function makeStore(): DevStore {
  const store = new DevStore(daemon)
  onTestFinished(() => store.close())
  return store
}

/** Resolves with the next snapshot. */
function next(store: DevStore): Promise<ReturnType<DevStore["snapshot"]>> {
  return new Promise((resolve) => {
    const stop = store.subscribe(() => {
      stop()
      resolve(store.snapshot())
    })
  })
}

describe("DevStore", () => {
  test("a snapshot stays what it was, and changes arrive together", async () => {
    const store = makeStore()
    const before = store.snapshot()
    const changed = next(store)

    store.add(request(1))
    store.add(request(2))
    store.setMessage({ urgent: false, text: "hello" })

    const after = await changed
    expect(before.requests).toEqual([])
    expect(after.requests.map(({ seq }) => seq)).toEqual([1, 2])
    expect(after.message?.text).toBe("hello")
  })

  test("whatever the rate, there are at most ten snapshots a second", async () => {
    const store = makeStore()
    const times: number[] = []
    store.subscribe(() => times.push(performance.now()))

    for (let seq = 1; times.length < 4; seq += 1) {
      store.add(request(seq))
      if (seq % 50 === 0) await new Promise((resolve) => setImmediate(resolve))
    }

    const gaps = times.slice(1).map((time, index) => time - times[index]!)
    expect(Math.min(...gaps)).toBeGreaterThan(90)
  })

  test("only the newest entries are kept", async () => {
    const store = makeStore()
    const changed = next(store)

    for (let seq = 1; seq <= 5_000; seq += 1) store.add(request(seq))

    const { requests } = await changed
    expect(requests).toHaveLength(300)
    expect(requests.at(-1)?.seq).toBe(5_000)
  })
})
