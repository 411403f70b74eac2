import { describe, expect, test } from "vitest"

import { snapshotOf, startPlain, startScript } from "../helpers/script-plugin.ts"

const drawing = "handler = () => Array.from({ length: 20 }, () => Math.random())"

describe("what is fresh in every call, in spite of the snapshot", () => {
  test("Math.random differs between two instances, and between two calls of one", async () => {
    const { wasm } = await snapshotOf(drawing)
    const instances = [await startScript(wasm), await startScript(wasm)]

    const drawn: number[][] = []
    for (const instance of [...instances, ...instances]) drawn.push((await instance.call()).output as number[])

    const all = drawn.flat()
    expect(new Set(all).size).toBe(all.length)
    expect(all.every((value) => value >= 0 && value < 1)).toBe(true)
  })

  test("and in the unmodified Extism host", async () => {
    const { wasm } = await snapshotOf(drawing, { engine: "extism" })
    const instances = [await startPlain(wasm), await startPlain(wasm)]

    const drawn: number[][] = []
    for (const instance of [...instances, ...instances]) drawn.push((await instance.call("handler", ""))!.json())

    expect(new Set(drawn.flat()).size).toBe(80)
  })

  test("Math.random is spread evenly after it was drawn while the function was built", async () => {
    const { wasm } = await snapshotOf(
      "for (let i = 0; i < 1000; i += 1) Math.random(); handler = () => { let sum = 0; for (let i = 0; i < 20000; i += 1) sum += Math.random(); return sum / 20000 }",
    )

    const mean = (await (await startScript(wasm)).call()).output as number

    expect(mean).toBeGreaterThan(0.48)
    expect(mean).toBeLessThan(0.52)
  })

  test("the clock", async () => {
    const { wasm } = await snapshotOf(
      "const built = Date.now(); handler = () => [built, Date.now(), new Date().getTime(), performance.now()]",
    )
    const instance = await startScript(wasm)
    const before = Date.now()

    const [built, now, made] = (await instance.call()).output as number[]

    expect(built).toBe(946_684_800_000)
    for (const time of [now!, made!]) {
      expect(time).toBeGreaterThanOrEqual(before)
      expect(time).toBeLessThanOrEqual(Date.now())
    }
  })

  test("performance.now() counts from the instance's begin, also where it was asked while the function was built", async () => {
    const { wasm } = await snapshotOf(
      "performance.now(); handler = () => [performance.now(), performance.timeOrigin + performance.now() - Date.now()]",
    )
    const instance = await startScript(wasm)

    const [first, difference] = (await instance.call()).output as number[]
    await new Promise((resolve) => setTimeout(resolve, 5))
    const [second] = (await instance.call()).output as number[]

    expect(first).toBe(0)
    expect(Math.abs(difference!)).toBeLessThan(50)
    expect(second).toBeGreaterThanOrEqual(4)
    expect(second).toBeLessThan(60_000)
  })

  test("the time zone is the host's, and UTC while the function is built", async () => {
    const { wasm } = await snapshotOf(`const built = new Date(0).getTimezoneOffset();
      handler = () => [built, new Date(0).getTimezoneOffset(), new Date(0).getHours(), new Date(1970, 0, 1).toISOString()]`)

    const { output } = await (await startScript(wasm)).call()

    expect(output).toEqual([0, -330, 5, "1969-12-31T18:30:00.000Z"])
  })

  test("random bytes", async () => {
    const { wasm } = await snapshotOf("handler = () => [...crypto.getRandomValues(new Uint8Array(16))]")
    const instance = await startScript(wasm)

    const [first, second] = [(await instance.call()).output, (await instance.call()).output]

    expect(first).not.toEqual(second)
    expect(new Set(first as number[]).size).toBeGreaterThan(4)
  })
})
