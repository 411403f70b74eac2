import { describe, expect, it } from "vitest"

import type { HostOperation } from "../../../src/daemon/functions/host-api.ts"
import { asForeign, compileAssemblyScript, foreignPlugin } from "../../helpers/assemblyscript-plugin.ts"
import { silentWasm } from "../../helpers/silent-wasm.ts"
import { callerNamed, openFunctions } from "./functions-fixture.ts"

describe("a plug-in of another tool", () => {
  it("is called with the input's bytes, and answers", async () => {
    const functions = openFunctions()
    await functions.serve("abilities", await foreignPlugin("abilities"))

    expect(await functions.call("abilities", "grüße")).toBe("GRÜSSE")
    expect(functions.warnings).toEqual([])
    expect(functions.ended).toMatchObject([
      { status: "success", error: null, invocation: { manifest: { name: "abilities" }, depth: 0 } },
    ])
  })

  it("finds env, ALYX_URL and a token of its own call in Extism's config", async () => {
    const functions = openFunctions()
    await functions.serve("config", await foreignPlugin("abilities"), { entry: "config", env: { GREETING: "hello" } })

    const token = await functions.call("config", "ALYX_TOKEN")
    const next = await functions.call("config", "ALYX_TOKEN")

    expect(await functions.call("config", "GREETING")).toBe("hello")
    expect(await functions.call("config", "ALYX_URL")).toBe("http://alyx.internal")
    expect(await functions.call("config", "constructor")).toBe("nothing")
    expect(await functions.call("config", "__proto__")).toBe("nothing")
    expect(token).toMatch(/^alyx_call_[0-9a-f]{64}$/)
    expect(next).not.toBe(token)
    expect(functions.service.findByToken(next)).toBeUndefined()
  })

  it("keeps its variables from call to call, unless every call has a fresh instance", async () => {
    const functions = openFunctions()
    const built = await foreignPlugin("abilities")
    await functions.serve("kept", built, { entry: "remember" })
    await functions.serve("fresh", built, { entry: "remember", isolation: "per_call" })

    expect([await functions.call("kept", "a"), await functions.call("kept", "b")]).toEqual(["a", "ab"])
    expect([await functions.call("fresh", "a"), await functions.call("fresh", "b")]).toEqual(["a", "b"])
  })

  it("sends requests as its caller, through the host, and goes on with the answer", async () => {
    const asked: { who: string | null; operation: HostOperation }[] = []
    const functions = openFunctions({
      answer: (invocation, operation) => {
        asked.push({ who: invocation.caller.auth.id, operation })
        expect(functions.service.findByToken(invocation.token)).toBe(invocation)
        return { value: { status: 201, headers: [["x-a", "b"]] }, body: Buffer.from("made") }
      },
    })
    await functions.serve("fetches", await foreignPlugin("abilities"), { entry: "fetches" })

    const answer = await functions.call("fetches", "http://alyx.internal/api/x", { caller: callerNamed("grace") })

    expect(answer).toMatch(/^201 made alyx_call_/)
    expect(asked).toEqual([
      {
        who: "grace",
        operation: {
          op: "fetch",
          url: "http://alyx.internal/api/x",
          method: "GET",
          headers: [["x-from", "plugin"]],
          redirect: "follow",
        },
      },
    ])
  })

  it("has a thread to itself while it is called, and waits for it in a queue", async () => {
    let open = 0
    let most = 0
    const functions = openFunctions({
      config: { workers: 2 },
      answer: async () => {
        most = Math.max(most, (open += 1))
        await new Promise((resolve) => setTimeout(resolve, 20))
        open -= 1
        return { value: { status: 200, headers: [] }, body: Buffer.from("ok") }
      },
    })
    await functions.serve("fetches", await foreignPlugin("abilities"), { entry: "fetches" })

    await Promise.all(Array.from({ length: 8 }, () => functions.call("fetches", "http://a.example/")))

    expect(most).toBe(2)
    expect(functions.service.stats()).toMatchObject({ workers: 2, running: 0, queued: 0 })
  })

  it("writes lines of the log by Extism's functions", async () => {
    const functions = openFunctions()
    await functions.serve("logs", await foreignPlugin("abilities"), { entry: "logs" })

    await functions.call("logs", "one thing")

    expect(functions.ended[0]?.logs).toEqual([{ level: "info", message: "one thing", atMs: expect.any(Number) }])
  })

  it("fails with what it says, and may be called again", async () => {
    const functions = openFunctions()
    await functions.serve("fails", await foreignPlugin("abilities"), { entry: "fails" })

    await expect(functions.call("fails", "a fish")).rejects.toMatchObject({
      code: "FUNCTION_ERROR",
      message: "The function threw an error.",
    })
    await expect(functions.call("fails", "a fish")).rejects.toMatchObject({ status: 500 })
    expect(functions.ended[0]?.error).toEqual({ code: "FUNCTION_ERROR", message: "no such thing as a fish" })
    expect(functions.service.stats().instances).toBe(1)
  })

  it("tells in dev what it said", async () => {
    const functions = openFunctions({ dev: true })
    await functions.serve("fails", await foreignPlugin("abilities"), { entry: "fails" })

    await expect(functions.call("fails", "a fish")).rejects.toMatchObject({
      message: "fails threw: no such thing as a fish",
    })
  })
})

describe("a plug-in that cannot be loaded", () => {
  it("is refused when it is no module, or cut off", async () => {
    const functions = openFunctions()
    const whole = await compileAssemblyScript("abilities")

    await expect(functions.serve("text", asForeign(new Uint8Array(Buffer.from("hello"))))).rejects.toMatchObject({
      code: "PLUGIN_INVALID",
      message: expect.stringContaining("does not begin with"),
    })
    await expect(functions.serve("cut", asForeign(whole.slice(0, whole.length / 2)))).rejects.toMatchObject({
      code: "PLUGIN_INVALID",
      message: expect.stringContaining("cut off"),
    })
    expect(functions.registry.get("cut")).toMatchObject({ served: null, lastBuild: { outcome: "failed" } })
    await expect(functions.call("cut")).rejects.toMatchObject({ code: "FUNCTION_UNAVAILABLE" })
  })

  it("is refused when the function to call is missing, with what there is", async () => {
    const functions = openFunctions()
    const built = await foreignPlugin("abilities")

    await expect(functions.serve("a", built, { entry: "handel" })).rejects.toMatchObject({
      code: "ENTRY_NOT_FOUND",
      message: expect.stringMatching(/does not export handel\. It exports .*handle, config/),
    })
  })

  it("leaves the one before in its place", async () => {
    const functions = openFunctions()
    await functions.serve("a", await foreignPlugin("abilities"))

    await expect(functions.serve("a", asForeign(new Uint8Array(8)))).rejects.toMatchObject({ code: "PLUGIN_INVALID" })

    expect(await functions.call("a", "still")).toBe("STILL")
    expect(functions.registry.get("a")?.lastBuild).toMatchObject({
      outcome: "failed",
      error: { code: "PLUGIN_INVALID" },
    })
  })
})

describe("a plug-in that misbehaves", () => {
  it("is ended by its deadline, and its thread replaced", async () => {
    const functions = openFunctions()
    await functions.serve("spins", await foreignPlugin("abilities"), { entry: "spins", timeoutMs: 100 })
    await functions.serve("handle", await foreignPlugin("abilities"))

    await expect(functions.call("spins")).rejects.toMatchObject({ code: "FUNCTION_TIMEOUT", status: 504 })

    expect(await functions.call("handle", "alive")).toBe("ALIVE")
    expect(functions.ended).toMatchObject([{ status: "timed_out" }, { status: "success" }])
  })

  it.each([
    ["traps", "FUNCTION_TRAPPED", /unreachable/],
    ["recurses", "FUNCTION_TRAPPED", /stack overflow/],
    ["hoards", "FUNCTION_OUT_OF_MEMORY", /limit of 16 MB/],
  ])("%s: says so, and the next call has another instance", async (entry, code, message) => {
    const functions = openFunctions()
    await functions.serve("bad", await foreignPlugin("abilities"), { entry, memoryBytes: 16 * 1_048_576 })

    await expect(functions.call("bad")).rejects.toMatchObject({ code, message: expect.stringMatching(message) })
    await expect(functions.call("bad")).rejects.toMatchObject({ code })

    expect(functions.service.stats()).toMatchObject({ workers: 1, instances: 0, running: 0 })
  })

  it("has failed when it returns another code than 0, whether it can wait or not", async () => {
    const functions = openFunctions({ dev: true })
    await functions.serve("sevens", await foreignPlugin("abilities"), { entry: "sevens" })
    await functions.serve("plain", asForeign(silentWasm({}, 7)))

    await expect(functions.call("sevens")).rejects.toMatchObject({
      code: "FUNCTION_ERROR",
      message: expect.stringContaining("sevens returned 7"),
    })
    await expect(functions.call("plain")).rejects.toMatchObject({ message: expect.stringContaining("returned 7") })
  })

  it("loses no line that it logged before it was ended", async () => {
    const functions = openFunctions()
    await functions.serve("spins", await foreignPlugin("abilities"), { entry: "saysAndSpins", timeoutMs: 1_000 })

    await expect(functions.call("spins")).rejects.toMatchObject({ code: "FUNCTION_TIMEOUT" })

    expect(functions.ended).toMatchObject([{ logs: [{ message: "before the loop" }] }])
  })

  it("is not called again where it was thrown out of its code", async () => {
    const functions = openFunctions()
    await functions.serve("strays", await foreignPlugin("abilities"), { entry: "strays" })

    await expect(functions.call("strays")).rejects.toMatchObject({ code: "FUNCTION_ERROR" })

    expect(functions.service.stats()).toMatchObject({ instances: 0 })
  })

  it("gets no more of Extism's memory than of its own", async () => {
    const functions = openFunctions()
    const built = await foreignPlugin("abilities")
    await functions.serve("bad", built, { entry: "hoardsBlocks", memoryBytes: 16 * 1_048_576 })

    expect(Number(await functions.call("bad"))).toBe(15)
    expect(Number(await functions.call("bad"))).toBe(15)
  })

  it("may write so many lines, and the others are counted", async () => {
    const functions = openFunctions()
    await functions.serve("chatters", await foreignPlugin("abilities"), { entry: "chatters", timeoutMs: 1_000 })

    await expect(functions.call("chatters")).rejects.toMatchObject({ code: "FUNCTION_TIMEOUT" })

    expect(functions.ended[0]!.logs.length).toBeGreaterThan(100)
    expect(functions.ended[0]!.logs.length).toBeLessThan(10_000)
  })

  it("answers with so many bytes, and no more", async () => {
    const functions = openFunctions()
    await functions.serve("pours", await foreignPlugin("abilities"), { entry: "pours" })

    expect((await functions.invoke("pours", String(16 * 1_048_576))).output).toHaveLength(16 * 1_048_576)
    await expect(functions.call("pours", String(16 * 1_048_576 + 1))).rejects.toMatchObject({
      code: "OUTPUT_TOO_LARGE",
    })
  })
})
