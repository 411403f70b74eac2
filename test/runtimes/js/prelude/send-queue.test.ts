import { describe, expect, it } from "vitest"

import { guestLimits } from "../../../../src/functions/guest-abi.ts"

const submitted: number[] = []
/** Operations for which the engine has no memory. */
const withoutMemory = new Set<number>()

// In a guest the glue of the engine puts it there.
Object.assign(globalThis, {
  __alyx_natives: {
    alyxSubmit(header: string): void {
      const { id } = JSON.parse(header) as { id: number }
      if (withoutMemory.has(id)) throw new Error("out of memory")
      submitted.push(id)
    },
  },
})
const { SendQueue } = await import("../../../../runtimes/js/prelude/send-queue.ts")

const underWayMax = guestLimits.operationsOpenMax - 1

function openQueue() {
  submitted.length = 0
  withoutMemory.clear()
  const unsent: [id: number, error: unknown][] = []
  const queue = new SendQueue((id, error) => unsent.push([id, error]))
  const ask = (id: number): void => queue.send(id, JSON.stringify({ id, op: "sql" }), undefined)
  return { queue, unsent, ask }
}

const idsTo = (last: number): number[] => Array.from({ length: last }, (_, index) => index + 1)

describe("an operation for which the engine has no memory", () => {
  it("takes no place of others", () => {
    const { ask } = openQueue()
    const failing = idsTo(underWayMax)
    for (const id of failing) withoutMemory.add(id)

    for (const id of failing) expect(() => ask(id)).toThrow("out of memory")
    const later = idsTo(underWayMax).map((id) => id + underWayMax)
    for (const id of later) ask(id)

    expect(submitted).toEqual(later)
  })

  it("is told where it waited, and what waited behind it goes on", () => {
    const { queue, unsent, ask } = openQueue()
    for (const id of idsTo(underWayMax + 3)) ask(id)
    withoutMemory.add(underWayMax + 1)

    queue.answered(1)
    queue.answered(2)

    expect(unsent).toEqual([[underWayMax + 1, new Error("out of memory")]])
    expect(submitted).toEqual([...idsTo(underWayMax), underWayMax + 2, underWayMax + 3])
  })
})
