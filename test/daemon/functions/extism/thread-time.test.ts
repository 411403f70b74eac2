import { setTimeout as sleep } from "node:timers/promises"

import { expect, it } from "vitest"

import { ownTask, processorMs } from "../../../../src/daemon/functions/extism/thread-time.ts"

it.runIf(process.platform === "linux")(
  "the processor time of a thread is what it computes, not what it waits",
  async () => {
    const task = ownTask()
    const begunMs = processorMs(task)!
    await sleep(60)
    const sleptMs = processorMs(task)!
    const until = process.threadCpuUsage().user + 60_000
    while (process.threadCpuUsage().user < until);

    expect(sleptMs - begunMs).toBeLessThan(40)
    expect(processorMs(task)! - sleptMs).toBeGreaterThan(40)
  },
)

it("of a thread that there is not nothing is told", () => {
  expect(processorMs(0x7fff_fff0)).toBeNull()
  expect(processorMs(null)).toBeNull()
})
