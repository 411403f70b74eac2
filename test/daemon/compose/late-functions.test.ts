import { expect, test } from "vitest"

import { LateFunctions } from "../../../src/daemon/compose/late-functions.ts"
import { openFunctions } from "../functions/functions-fixture.ts"

test("what could not be made is made anew by whoever asks next, and then once", async () => {
  const made = openFunctions()
  let askedCount = 0
  const functions = new LateFunctions(() => {
    askedCount += 1
    return askedCount === 1 ? Promise.reject(new Error("too many open files")) : Promise.resolve(made)
  })

  await expect(functions.ensure()).rejects.toThrow("too many open files")
  expect(functions.made).toBeUndefined()

  expect(await Promise.all([functions.ensure(), functions.ensure()])).toEqual([made, made])
  expect(askedCount).toBe(2)
})
