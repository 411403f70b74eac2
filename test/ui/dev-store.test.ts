import { describe, expect, onTestFinished, test } from "vitest"

import type { DaemonFile, LogEntry, StatsResponse } from "../../src/protocol/admin-api.ts"
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

const counted = (total: number): StatsResponse => ({ requests: { total, failed: 0, inFlight: 0 } }) as StatsResponse

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
    expect(after.requests.map(({ entry }) => entry.seq)).toEqual([1, 2])
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

  test("what a key did is shown soon, however many entries come", async () => {
    const store = makeStore()
    store.add(request(1))
    await next(store)
    // Timers fire in the order in which they are due, also when all of them are late.
    let isEntryDue = false
    const timer = setTimeout(() => (isEntryDue = true), 190)
    onTestFinished(() => clearTimeout(timer))

    store.add(request(2))
    store.setView({ ...store.view, errorsOnly: true })
    const { view } = await next(store)

    expect(view.errorsOnly).toBe(true)
    expect(isEntryDue).toBe(false)
  })

  test("only the newest entries are kept", async () => {
    const store = makeStore()
    const changed = next(store)

    for (let seq = 1; seq <= 5_000; seq += 1) store.add(request(seq))

    const { requests } = await changed
    expect(requests).toHaveLength(1_000)
    expect(requests.at(-1)?.entry.seq).toBe(5_000)
  })

  test("a pause holds the lists, counts what comes, and shows it at the end", async () => {
    const store = makeStore()
    store.add(request(1))
    store.setPaused(true)
    store.add(request(2))
    store.add(request(3))
    const held = await next(store)
    store.setPaused(false)
    const after = await next(store)

    expect(held.requests.map(({ entry }) => entry.seq)).toEqual([1])
    expect(held.heldCount).toBe(2)
    expect(after.requests.map(({ entry }) => entry.seq)).toEqual([1, 2, 3])
    expect(after.heldCount).toBe(0)
  })

  test("a restarted daemon counts from one again, and its entries are told from those before", async () => {
    const store = makeStore()
    store.add(request(7))
    store.setDaemon({ ...daemon, pid: 2 })
    store.add(request(7))

    const { requests } = await next(store)

    expect(new Set(requests.map(({ id }) => id)).size).toBe(2)
  })

  test("how many requests came a second is worked out from the counts, and begins anew with another daemon", async () => {
    const store = makeStore()
    store.setStats(counted(100), 1_000)
    store.setStats(counted(120), 3_000)
    store.setDaemon({ ...daemon, pid: 2 })
    store.setStats(counted(5), 4_000)

    const { rates } = await next(store)

    expect(rates).toEqual([10])
  })

  test("what a key said goes with the next key, the daemon's trouble stays", async () => {
    const store = makeStore()
    store.setMessage({ urgent: false, text: "written" })
    store.forgetMessage()
    const said = await next(store)
    store.setMessage({ urgent: true, text: "died" })
    store.forgetMessage()
    const trouble = await next(store)

    expect([said.message, trouble.message?.text]).toEqual([null, "died"])
  })

  test("that migrations/ asks for nothing new is no entry; that it is valid again is one", async () => {
    const store = makeStore()
    const reload = { kind: "reload", time: "2026-11-21T08:30:15.000Z", durationMs: 1, changes: [] } as const
    const changed = next(store)

    store.add({ ...reload, seq: 1, cause: "migrations", outcome: "unchanged" })
    store.add({ ...reload, seq: 2, cause: "migrations", outcome: "unchanged", mended: true })
    store.add({ ...reload, seq: 3, cause: "schema", outcome: "unchanged" })

    expect((await changed).changes.map(({ entry }) => "seq" in entry && entry.seq)).toEqual([2, 3])
  })
})
