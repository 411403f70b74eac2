import { setTimeout as sleep } from "node:timers/promises"

import { describe, expect, it } from "vitest"

import { foreignPlugin } from "../../helpers/assemblyscript-plugin.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { openFunctions } from "./functions-fixture.ts"
import type { FunctionsFixture } from "./functions-fixture.ts"
import { buildPlugin } from "./guest-plugins.ts"

const define = (body: string): string =>
  `import { defineFunction } from "@alyx/functions"
   const kept: Uint8Array[] = []
   export default defineFunction({ handler: async (input: any, ctx: any) => { ${body} } })`

const loopMs = 5_000

/** Functions that loop until their time is up, and one that answers at once; all of them are warm. */
async function openLoops(names: readonly string[], config = {}): Promise<FunctionsFixture> {
  const functions = openFunctions({ config: { workers: 1, ...config } })
  const folder = await tempFolder()
  const loops = await buildPlugin(folder, define(`if (input?.loop) while (true) kept.length = 0; return "idle"`))
  for (const name of names) {
    await functions.serve(name, loops, { timeoutMs: loopMs })
    await functions.call(name, "{}")
  }
  await functions.serve("small", await buildPlugin(folder, define(`return "small"`)))
  await functions.call("small")
  return functions
}

async function timed(run: () => Promise<unknown>): Promise<number> {
  const begunMs = performance.now()
  await run()
  return performance.now() - begunMs
}

const loop = `{"loop":true}`

describe("while the code of one call keeps a thread", () => {
  it("calls that come later, and those that were sent already, run on another one", async () => {
    const functions = await openLoops(["loops"])
    const bad = functions.call("loops", loop).catch((error: unknown) => error)

    await functions.call("small")
    await functions.call("small")

    expect(functions.ended.filter(({ status }) => status === "timed_out")).toHaveLength(0)
    expect(functions.service.stats().workers).toBe(2)
    expect(await bad).toMatchObject({ code: "FUNCTION_TIMEOUT" })
    expect(functions.ended.map(({ status }) => status).filter((status) => status !== "success")).toEqual(["timed_out"])
  })

  it("each call runs once, however it was moved", async () => {
    const functions = await openLoops(["loops"])
    const folder = await tempFolder()
    await functions.serve("counts", await buildPlugin(folder, define(`return kept.push(new Uint8Array(1))`)))
    const bad = functions.call("loops", loop).catch((error: unknown) => error)

    const answers = await Promise.all(Array.from({ length: 8 }, () => functions.call("counts")))

    expect(answers).toHaveLength(8)
    await functions.stop(0)
    await bad
    expect(functions.ended.filter(({ invocation }) => invocation.manifest.name === "counts")).toHaveLength(8)
  })

  it("one function does not take all the spare ones", async () => {
    const functions = await openLoops(["loops"])
    const bad = Array.from({ length: 6 }, () => functions.call("loops", loop).catch(() => "ended"))
    await expect.poll(() => functions.service.stats().workers, { timeout: 5_000 }).toBe(2)
    await sleep(250)

    await functions.call("small")

    expect(functions.ended.filter(({ status }) => status === "timed_out")).toHaveLength(0)
    expect(functions.service.stats().workers).toBe(3)
    await functions.stop(0)
    await Promise.all(bad)
  })

  it("the spare one ends when it is over, and the instances that are kept are on the usual one", async () => {
    const functions = await openLoops([])
    await functions.serve("late", await buildPlugin(await tempFolder(), define(`return "late"`)))
    const short = await buildPlugin(await tempFolder(), define(`while (true) kept.length = 0`))
    await functions.serve("short", short, { timeoutMs: 2_500 })
    const bad = functions.call("short").catch((error: unknown) => error)
    await functions.call("small")
    expect(functions.service.stats().workers).toBe(2)
    await functions.call("late")

    await bad

    await expect.poll(() => functions.service.stats().workers, { timeout: 10_000 }).toBe(1)
    expect(functions.service.stats().instances).toBeGreaterThanOrEqual(2)
    expect(await functions.call("small")).toBe('"small"')
  })
})

describe("a plug-in that came from elsewhere", () => {
  it("shares no thread, whatever it says of itself", async () => {
    const functions = openFunctions({ config: { workers: 1 } })
    const built = await buildPlugin(await tempFolder(), define(`return "answer"`))
    await functions.serve("own", built)
    await functions.serve("foreign", { ...built, isOwn: false })

    expect([await functions.call("own"), await functions.call("foreign")]).toEqual(['"answer"', '"answer"'])
    expect(functions.service.stats()).toMatchObject({ workers: 2, instances: 2 })
  })
})

describe("memory that a call left behind", () => {
  it("goes with its instance some seconds later, also where one is kept", async () => {
    const functions = openFunctions({ config: { minWarm: 1 } })
    const built = await buildPlugin(
      await tempFolder(),
      define(
        `if (input?.much) for (let i = 0; i < 40; i++) kept.push(new Uint8Array(1024 * 1024)); return kept.length`,
      ),
    )
    await functions.serve("grows", built)

    expect(await functions.call("grows", `{"much":true}`)).toBe("40")
    expect(await functions.call("grows", "{}")).toBe("40")

    await expect.poll(() => functions.call("grows", "{}"), { timeout: 20_000, interval: 3_500 }).toBe("0")
    expect(functions.service.stats().instances).toBe(1)
  })
})

describe("stopping", () => {
  it("does not wait for calls of other tools' plug-ins that never yield", async () => {
    const functions = openFunctions()
    await functions.serve("foreign", await foreignPlugin("abilities"), { entry: "spins" })
    const bad = functions.call("foreign").catch((error: unknown) => error)
    await expect.poll(() => functions.service.stats().running).toBe(1)

    expect(await timed(() => functions.stop(0))).toBeLessThan(5_000)
    expect(await bad).toMatchObject({ name: "AlyxError" })
  })
})
