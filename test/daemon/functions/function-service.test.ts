import { expect, it } from "vitest"

import { alyxError } from "../../../src/errors.ts"
import { asForeign } from "../../helpers/assemblyscript-plugin.ts"
import { silentWasm } from "../../helpers/silent-wasm.ts"
import { openFunctions } from "./functions-fixture.ts"

it("a call comes to the same, whether or not its end can be kept", async () => {
  let isReady = true
  const functions = openFunctions({
    context: () => {
      if (!isReady) throw alyxError("SECRET_KEY_WRONG")
    },
    onEnded: () => {
      throw new Error("there is no room")
    },
  })
  await functions.serve("silent", asForeign(silentWasm()))
  await functions.serve("seven", asForeign(silentWasm({}, 7)))

  expect(await functions.call("silent")).toBe("")
  await expect(functions.call("seven")).rejects.toMatchObject({ code: "FUNCTION_ERROR" })
  isReady = false
  await expect(functions.call("silent")).rejects.toMatchObject({ code: "FUNCTION_UNAVAILABLE" })

  expect(functions.warnings).toEqual(Array(3).fill("The end of a call could not be kept. Error: there is no room"))
})

it("a call began when the clock says so, also after that was set", async () => {
  let now = Date.UTC(2026, 0, 1)
  const functions = openFunctions({ clock: { now: () => now } })
  await functions.serve("silent", asForeign(silentWasm()))

  await functions.call("silent")
  now -= 3_600_000
  await functions.call("silent")

  const began = functions.ended.map(({ invocation }) => new Date(invocation.beganAt).toISOString())
  expect(began).toEqual(["2026-01-01T00:00:00.000Z", "2025-12-31T23:00:00.000Z"])
})
