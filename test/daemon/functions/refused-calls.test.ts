import { describe, expect, it } from "vitest"

import { alyxError } from "../../../src/errors.ts"
import { tempFolder } from "../../helpers/temp-folder.ts"
import { callerNamed, openFunctions } from "./functions-fixture.ts"
import { buildPlugin } from "./guest-plugins.ts"

const asks = `import { defineFunction } from "@alyx/functions"
export default defineFunction({ handler: async (input: any, ctx: any) => (await fetch(ctx.url)).status })`

const buildAsks = async () => buildPlugin(await tempFolder(), asks)

const wrongKey = alyxError("SECRET_KEY_WRONG", { message: "The key does not decrypt the secret STRIPE_KEY." })

describe("a call that was refused before it ran", () => {
  it("is kept with the reason, and counted as failed", async () => {
    const functions = openFunctions({
      context: () => {
        throw wrongKey
      },
    })
    await functions.serve("pays", await buildAsks())

    await expect(functions.call("pays", '{"a":1}')).rejects.toMatchObject({ code: "FUNCTION_UNAVAILABLE" })

    const [ended, ...others] = functions.ended
    expect(others).toEqual([])
    expect(ended).toMatchObject({ status: "failed", error: { code: "SECRET_KEY_WRONG" }, invocation: { depth: 0 } })
    expect(Buffer.from(ended!.input).toString()).toBe('{"a":1}')
    expect(functions.callsOf("pays")).toMatchObject({ total: 1, failed: 1, p50Ms: null })
  })

  it("names secrets to admins only", async () => {
    const functions = openFunctions({
      context: () => {
        throw wrongKey
      },
    })
    await functions.serve("pays", await buildAsks())
    const admin = { ...callerNamed("root"), isAdmin: true }

    const told: unknown = await functions.call("pays").catch((error: unknown) => error)

    expect(told).toMatchObject({
      code: "FUNCTION_UNAVAILABLE",
      status: 503,
      message: expect.not.stringContaining("STRIPE") as string,
    })
    expect((told as { details?: unknown }).details).toBeUndefined()
    await expect(functions.call("pays", "", { caller: admin })).rejects.toBe(wrongKey)
  })

  it("is only counted where too many wait, and kept as cancelled where its caller left", async () => {
    const release = Promise.withResolvers<{ value: unknown }>()
    const begun = Promise.withResolvers<void>()
    const functions = openFunctions({
      config: { workers: 1, maxConcurrency: 1, queueMax: 1 },
      answer: () => {
        begun.resolve()
        return release.promise
      },
    })
    await functions.serve("asks", await buildAsks())
    const leaving = new AbortController()
    const running = functions.call("asks")
    await begun.promise
    const waiting = functions.call("asks", "", { signal: leaving.signal })

    for (let call = 0; call < 3; call += 1) {
      await expect(functions.call("asks")).rejects.toMatchObject({ code: "FUNCTION_BUSY" })
    }
    leaving.abort()
    await expect(waiting).rejects.toMatchObject({ code: "ABORTED" })
    release.resolve({
      value: { status: 200, headers: [], statusText: "", url: "http://alyx.internal/", redirected: false },
    })

    expect(await running).toBe("200")
    expect(functions.refused).toEqual(["asks", "asks", "asks"])
    expect(functions.ended.map(({ status }) => status)).toEqual(["cancelled", "success"])
    expect(functions.callsOf("asks")).toMatchObject({ total: 5, failed: 4 })
  })
})

describe("a call that runs when the server stops", () => {
  it("is answered with SHUTTING_DOWN, which is kept as its reason", async () => {
    const begun = Promise.withResolvers<void>()
    const functions = openFunctions({
      answer: () => {
        begun.resolve()
        return new Promise(() => undefined)
      },
    })
    await functions.serve("asks", await buildAsks())
    const running = functions.call("asks")
    await begun.promise

    functions.endCalls()

    await expect(running).rejects.toMatchObject({ code: "SHUTTING_DOWN", status: 503 })
    await expect(functions.call("asks")).rejects.toMatchObject({ code: "SHUTTING_DOWN" })
    await functions.stop(1_000)
    expect(functions.ended.map(({ status, error }) => [status, error?.code])).toEqual([
      ["failed", "SHUTTING_DOWN"],
      ["cancelled", "SHUTTING_DOWN"],
    ])
  })
})
