import { describe, expect, it } from "vitest"

import { CallQueue } from "../../../src/daemon/functions/call-queue.ts"
import type { QueuedCall } from "../../../src/daemon/functions/call-queue.ts"

/** Places that run out: `free` of them are left. */
class Room {
  free: number
  readonly queue = new CallQueue()
  readonly started: string[] = []

  constructor(free: number) {
    this.free = free
  }

  enter(name: string, call: Partial<QueuedCall<string>> = {}): Promise<string> {
    return this.queue.enter({
      name,
      depth: 0,
      concurrencyMax: 10,
      waitingMax: 100,
      waitMs: 60_000,
      signal: undefined,
      tryStart: () => {
        if (this.free === 0) return "none"
        this.free -= 1
        this.started.push(name)
        return name
      },
      ...call,
    })
  }

  leave(name: string): void {
    this.free += 1
    this.queue.leave(name)
  }
}

describe("the queue of calls", () => {
  it("lets no more calls of a function run than may", async () => {
    const room = new Room(10)

    const entered = [1, 2, 3].map(() => room.enter("a", { concurrencyMax: 2 }))
    await entered[1]

    expect([room.queue.runningCount, room.queue.waitingCount]).toEqual([2, 1])
    room.leave("a")
    await entered[2]
    expect([room.queue.runningCount, room.queue.waitingCount]).toEqual([2, 0])
  })

  it("serves functions in turns, whichever is called most", async () => {
    const room = new Room(1)
    await room.enter("first")
    const all = ["a", "a", "a", "a", "b"].map((name) => room.enter(name))

    for (const _ of all) room.leave(room.started.at(-1) ?? "")
    await Promise.all(all)

    expect(room.started).toEqual(["first", "a", "b", "a", "a", "a"])
  })

  it("refuses when as many wait as may, with a time to try again", async () => {
    const room = new Room(0)
    const waiting = room.enter("a", { waitingMax: 1 })

    await expect(room.enter("a", { waitingMax: 1 })).rejects.toMatchObject({
      code: "FUNCTION_BUSY",
      retryAfterSeconds: 1,
    })
    await expect(room.enter("b", { waitingMax: 0 })).rejects.toMatchObject({ code: "FUNCTION_BUSY" })

    room.free = 1
    room.queue.pump()
    expect(await waiting).toBe("a")
  })

  it("counts those who are kept back for calls about to begin as running, up to the limit of the function", async () => {
    const room = new Room(1)
    const wish: Partial<QueuedCall<string>> = {
      concurrencyMax: 3,
      waitingMax: 0,
      tryStart: () => {
        if (room.free === 0) return "soon"
        room.free -= 1
        return "a"
      },
    }
    await room.enter("a", wish)

    const soon = [room.enter("a", wish), room.enter("a", wish)]

    await expect(room.enter("a", wish)).rejects.toMatchObject({ code: "FUNCTION_BUSY" })
    room.leave("a")
    room.leave("a")
    expect(await Promise.all(soon)).toEqual(["a", "a"])
  })

  it("refuses who waited too long, and forgets who left", async () => {
    const room = new Room(0)
    const leaving = new AbortController()
    const left = room.enter("a", { signal: leaving.signal })
    const late = room.enter("a", { waitMs: 5 })

    leaving.abort()

    await expect(left).rejects.toMatchObject({ code: "ABORTED" })
    await expect(late).rejects.toMatchObject({ code: "FUNCTION_BUSY" })
    room.free = 2
    room.queue.pump()
    expect([room.started, room.queue.waitingCount]).toEqual([[], 0])
  })

  it("lets a deeper call run beyond the limit, and go before those that are less deep", async () => {
    const room = new Room(10)
    await room.enter("a", { concurrencyMax: 1 })
    const shallow = room.enter("a", { concurrencyMax: 1 })

    await room.enter("a", { concurrencyMax: 1, depth: 1 })
    const deep = room.enter("a", { concurrencyMax: 1, depth: 1 })
    room.leave("a")
    await deep

    expect(room.queue.waitingCount).toBe(1)
    room.leave("a")
    room.leave("a")
    await shallow
  })

  it("ends the call whose start fails, and no other", async () => {
    const room = new Room(0)
    const failing = room.enter("a", {
      tryStart: () => {
        if (room.free === 0) return "none"
        throw new Error("gone")
      },
    })
    const fine = room.enter("a")

    room.free = 1
    room.queue.pump()

    await expect(failing).rejects.toThrow("gone")
    expect(await fine).toBe("a")
  })

  it("tells everyone who waits when it closes, and resolves when nothing runs", async () => {
    const room = new Room(1)
    await room.enter("a")
    const waiting = room.enter("a")

    room.queue.close(new Error("stopping"))

    await expect(waiting).rejects.toThrow("stopping")
    await expect(room.enter("b")).rejects.toThrow("stopping")
    const idle = room.queue.idle(60_000)
    room.leave("a")
    await idle
    expect(room.queue.runningCount).toBe(0)
  })
})
